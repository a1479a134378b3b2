import type { Command } from 'commander';
import { type FlagValues, readingGiven, withReadFlags } from '../config/run-flags.js';
import type { InspectOptions } from '../inspect.js';
import { examples, picturePath } from '../options.js';

export function inspectCommand(program: Command): void {
  const command = program.command('inspect');
  command
    .description('Tell how data is read and why, before it is trained on.')
    .argument('<data>', 'mnist, fashion-mnist, a file or a folder')
    .option('--json', 'print JSON')
    .option('--out <file>', 'draw 20 examples of all classes as a picture', picturePath);
  withReadFlags(command)
    .addHelpText(
      'after',
      examples(
        ['How a folder of pictures is read', 'inspect photos'],
        ['Twenty of its pictures', 'inspect photos --out examples.png'],
        ['A table with commas in its numbers, for a script', 'inspect t.csv --decimal , --json'],
      ),
    )
    .action(async (data: string, options: InspectOptions & FlagValues) => {
      const { inspect } = await import('../inspect.js');
      await inspect(data, readingGiven(options), options);
    });
}
