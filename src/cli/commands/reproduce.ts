import { type Command, InvalidArgumentError } from 'commander';
import { withFeatures } from '../features.js';
import { examples, wholeNumber } from '../options.js';
import type { ReproduceFlags } from '../reproduce/reproduce.js';

function part(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number over 0 to 1, as 0.1.');
}

export function reproduceCommand(program: Command): void {
  withFeatures(
    program
      .command('reproduce')
      .argument('[name]', 'a published result; all are listed when it is left out'),
  )
    .description(
      'Train and measure a published result anew, and tell it beside the published figure.',
    )
    .option(
      '--fraction <x>',
      'part of the published epochs to train: the figures are then not compared',
      part,
    )
    .option(
      '--seed <n>',
      "decides parameters, order and noise (default: the entry's)",
      wholeNumber(0),
    )
    .option('--out <folder>', 'where its runs and its report go (default: runs/reproduce/<name>)')
    .option('--json', 'print JSON; progress goes to standard error')
    .addHelpText(
      'after',
      examples(
        ['All published results, with settings, figures and times', 'reproduce'],
        ["Keras's VAE example", 'reproduce keras'],
        [
          'A hundredth of a long one; the same command goes on when it was stopped',
          'reproduce iwae-5 --fraction 0.01',
        ],
        [
          'One whose figure is by features of another network',
          'reproduce rae-l2 --features inception.onnx',
        ],
      ),
    )
    .action(async (name: string | undefined, options: ReproduceFlags) => {
      const { reproduce } = await import('../reproduce/reproduce.js');
      await reproduce(name, options);
    });
}
