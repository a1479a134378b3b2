import type { Command } from 'commander';
import { besideRun, examples, picturePath, runArgument, wholeNumber, withCode } from './options.js';
import type { LoadingOptions } from './run.js';

interface SampleOptions extends LoadingOptions {
  count?: number;
  seed?: number;
  label?: number;
  draw?: boolean;
  out?: string;
}

export function sampleCommand(program: Command): void {
  withCode(program.command('sample').argument(...runArgument))
    .description('Draw images decoded from draws of the prior.')
    .option(
      '--count <n>',
      'how many images (default: 64; for runs that see labels, 8 of each class)',
      wholeNumber(1),
    )
    .option('--seed <n>', "decides the draws (default: the run's seed)", wholeNumber(0))
    .option(
      '--label <n>',
      'the class of the images, for runs that see labels (default: a row for each)',
      wholeNumber(0),
    )
    .option('--draw', 'draw from p(x | z), noise and all, and show not its mean')
    .option(
      '--out <file>',
      'picture to write: .png, .jpg, .webp or .avif (default: samples.png in the run folder)',
      picturePath,
    )
    .addHelpText(
      'after',
      examples(
        ['64 new digits', 'sample runs/mnist-dense'],
        ['100 others, elsewhere', 'sample runs/mnist-dense --count 100 --seed 7 --out digits.png'],
      ),
    )
    .action(async (run: string, options: SampleOptions) => {
      const { loadRun } = await import('./run.js');
      const { drawSamples } = await import('./draw.js');
      const { vae } = await loadRun(run, options);
      const { out = besideRun(run, 'samples.png'), config: _, ...drawn } = options;
      await drawSamples(vae, drawn, out);
    });
}
