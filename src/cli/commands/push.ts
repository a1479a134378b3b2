import type { Command } from 'commander';
import { examples, runArgument } from '../options.js';
import type { PushFlags } from '../push.js';

export function pushCommand(program: Command): void {
  program
    .command('push')
    .argument(...runArgument)
    .argument('<repository>', 'owner/name, where wanted with @branch and the /path of a folder')
    .description('Share a run on the Hugging Face Hub, with a model card.')
    .option('--private', 'make the repository private, where it is made')
    .option('--revision <branch>', 'branch to push to, which is made where there is none')
    .option('--license <name>', 'licence of the model by its name on the Hub, such as mit')
    .option('--message <text>', 'title of the commit')
    .option('--checkpoints', 'share checkpoints too, from which others can train on')
    .option('--dry-run', 'say what would be shared, print the model card, and send nothing')
    .addHelpText(
      'after',
      examples(
        ['Share a run, for all to see', 'push runs/mnist-mlp ann/digits --license mit'],
        ['For the owner alone', 'push runs/mnist-mlp ann/digits --private'],
        ['See first what would be shared', 'push runs/mnist-mlp ann/digits --dry-run'],
        ['Use it elsewhere', 'sample hf://ann/digits --count 100'],
      ),
    )
    .action(async (run: string, repository: string, options: PushFlags) => {
      const { push } = await import('../push.js');
      await push(run, repository, options);
    });
}
