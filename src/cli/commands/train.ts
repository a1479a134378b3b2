import type { Command } from 'commander';
import { withRunFlags } from '../config/run-flags.js';
import { examples, wholeNumber } from '../options.js';
import type { TrainOptions } from '../train/train-options.js';

/** Options of the command beside the run's settings. */
function withOwnFlags(command: Command): Command {
  return command
    .option(
      '--config <file>',
      'vae.config.ts, .js, .mjs or .json, or the config.json of a run; options override it (default: vae.config.* of this folder)',
    )
    .option('--out <folder>', 'run folder to write (default: runs/<data>-<preset>)')
    .option(
      '--resume <run>',
      'go on with a run that was broken off, as if it never was; with --epochs, train one for more',
    )
    .option(
      '--stop-after <epoch>',
      'end after this epoch as Ctrl-C would, for --resume to go on; schedules are those of all epochs',
      wholeNumber(1),
    )
    .option(
      '--track <names>',
      'have trackers follow the training, with commas between them: tensorboard, mlflow, wandb',
      (text: string) => text.split(','),
    )
    .option('--profile', 'first measure where the time of a step goes, layer by layer');
}

export function trainCommand(program: Command): void {
  withRunFlags(withOwnFlags(program.command('train')))
    .description('Train a VAE; without options, the reference VAE on MNIST.')
    .addHelpText(
      'after',
      examples(
        ['The reference VAE, 30 epochs on MNIST', 'train'],
        [
          'Your own pictures, brought to 64 x 64, by what suits them',
          'train --data photos --resize 64 --crop center',
        ],
        ['A better one: the textbook ELBO, two hidden layers of 512', 'train --preset mlp'],
        ['A β-VAE with 10 latents', 'train --preset mlp --latent 10 --beta 4'],
        [
          'Digits to order: a VAE that sees the labels',
          'train --preset mlp --objective conditional',
        ],
        [
          'With a learning rate that falls to 0, and the average of the parameters',
          'train --preset mlp --lr-schedule cosine --ema 0.999',
        ],
        [
          'Colour pictures by the levels of their pixels',
          'train --data photos --resize 32 --preset conv --likelihood discretizedLogistic',
        ],
        ['Go on with a run that was stopped or killed', 'train --resume runs/mnist-mlp'],
        ['Clothes instead of digits', 'train --data fashion-mnist --preset mlp --latent 10'],
        [
          'The settings of another run with another seed',
          'train --config runs/a/config.json --seed 7',
        ],
      ),
    )
    .action(async (options: TrainOptions) => {
      const { asRank } = await import('../train/job-ranks.js');
      await asRank(async (job) => {
        const { beginTraining } = await import('../train/ahead.js');
        // Ranks open the data by turns.
        const ahead = job ? undefined : beginTraining(options);
        const { train } = await import('../train/train-run.js');
        await train(options, ahead, job);
      });
    });
}
