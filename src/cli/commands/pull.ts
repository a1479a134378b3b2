import type { Command } from 'commander';
import { examples } from '../options.js';

export function pullCommand(program: Command): void {
  program
    .command('pull')
    .argument('<run>', 'hf://owner/name, where wanted with @revision and the /path of a folder')
    .argument('[folder]', 'run folder to write (default: runs/<name>)')
    .description('Fetch a run from the Hugging Face Hub into a folder.')
    .addHelpText(
      'after',
      examples(
        ['Into runs/digits', 'pull hf://ann/digits'],
        ['A branch of it, into a folder of yours', 'pull hf://ann/digits@wide runs/wide'],
      ),
    )
    .action(async (run: string, folder: string | undefined) => {
      const { pull } = await import('../pull.js');
      await pull(run, folder);
    });
}
