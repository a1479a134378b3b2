import type { Command } from 'commander';
import { besideRun, examples, runArgument, wholeNumber } from './options.js';

interface SampleOptions {
  count: number;
  seed?: number;
  label?: number;
  draw?: boolean;
  out?: string;
}

export function sampleCommand(program: Command): void {
  program
    .command('sample')
    .argument(...runArgument)
    .description('Draw images decoded from draws of the prior.')
    .option('--count <n>', 'how many images', wholeNumber(1), 64)
    .option('--seed <n>', "decides the draws (default: the run's seed)", wholeNumber(0))
    .option(
      '--label <n>',
      'the class of the images, for runs that see labels (default: each in turn)',
      wholeNumber(0),
    )
    .option('--draw', 'draw from p(x | z), noise and all, and show not its mean')
    .option('--out <file>', 'PNG file to write (default: samples.png in the run folder)')
    .addHelpText(
      'after',
      examples(
        ['64 new digits', 'sample runs/mnist-dense'],
        ['100 others, elsewhere', 'sample runs/mnist-dense --count 100 --seed 7 --out digits.png'],
      ),
    )
    .action(async (run: string, options: SampleOptions) => {
      const { VAE } = await import('../vae/index.js');
      const { checkCount, drawSamples } = await import('./draw.js');
      const { shrinkFor } = await import('../report/index.js');
      const vae = await VAE.load(run);
      checkCount(vae.config.input, options.count);
      const side = Math.ceil(Math.sqrt(options.count));
      const { seed, label, draw = false } = options;
      const images = await vae.sample(options.count, {
        ...(seed === undefined ? {} : { seed }),
        ...(label === undefined ? {} : { label }),
        draw,
        shrink: shrinkFor(vae.config.input, side, side),
      });
      await drawSamples(images, options.out ?? besideRun(run, 'samples.png'));
    });
}
