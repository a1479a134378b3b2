import { type Command, Option } from 'commander';
import { type FittingOptions, withFitting } from './fitting.js';
import { examples, named, number, wholeNumber } from './options.js';
import { type ReadingOptions, withReading } from './reading.js';

export interface TrainOptions extends ReadingOptions, FittingOptions {
  config?: string;
  data?: string;
  preset?: string;
  epochs?: number;
  batchSize?: number;
  latent?: number;
  likelihood?: unknown;
  objective?: string;
  beta?: number;
  klWeight?: number;
  klReduction?: 'sum' | 'mean';
  seed?: number;
  threads?: number;
  device?: 'cpu' | 'webgpu';
  profile?: boolean;
  out?: string;
  resume?: string;
  keepCheckpoints?: number;
}

export function trainCommand(program: Command): void {
  const command = program.command('train');
  command
    .description('Train a VAE; without options, the reference VAE on MNIST.')
    .option(
      '--data <data>',
      'mnist, fashion-mnist, a folder of pictures, or a file: .npy, .npz, CSV, Parquet, IDX',
    )
    .option(
      '--preset <name>',
      'network and settings to start from: dense, mlp, conv, resnet, vq (default: by the data, which is told)',
    )
    .option(
      '--config <file>',
      'vae.config.ts, .js, .mjs or .json, or the config.json of a run; options override it (default: vae.config.* of this folder)',
    )
    .option('--epochs <n>', 'how often every image is seen', wholeNumber(0))
    .option('--batch-size <n>', 'images a step', wholeNumber(1))
    .option('--latent <n>', 'how many latents', wholeNumber(1))
    .option(
      '--likelihood <name>',
      'p(x | z): bernoulli, continuousBernoulli, gaussian, laplace, discretizedLogistic, categorical or mse; with options as gaussian:variance=pixel, discretizedLogistic:mixtures=10',
      named('gaussian:variance=pixel'),
    )
    .option(
      '--objective <name>',
      'what is made small: vae, betaVae, freeBits, capacity, iwae, betaTcVae, infoVae, waeMmd, vqVae, autoencoder, or conditional (on the labels)',
    )
    .option('--beta <x>', "the objective's β (without --objective: of betaVae)", number(0))
    .option('--kl-weight <x>', 'the factor before the KL term', number(0))
    .addOption(
      new Option('--kl-reduction <how>', 'over latents: sum (textbook) or mean').choices([
        'sum',
        'mean',
      ]),
    )
    .option('--seed <n>', 'decides parameters, order and noise', wholeNumber(0))
    .option('--threads <n>', 'threads that compute a step', wholeNumber(1, 256))
    .addOption(
      new Option('--device <name>', 'what steps run on (default: cpu)').choices(['cpu', 'webgpu']),
    )
    .option('--profile', 'first measure where the time of a step goes, layer by layer')
    .option('--out <folder>', 'run folder to write (default: runs/<data>-<preset>)')
    .option(
      '--resume <run>',
      'go on with a run that was broken off, as if it never was; with --epochs, train one for more',
    )
    .option(
      '--keep-checkpoints <n>',
      'how many of the last checkpoints are kept, beside the best (default: 2)',
      wholeNumber(1),
    )
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
      const { beginTraining } = await import('./ahead.js');
      const ahead = beginTraining(options);
      const { train } = await import('./train-run.js');
      await train(options, ahead);
    });
  withFitting(command);
  withReading(command);
}
