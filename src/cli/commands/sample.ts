import type { Command } from 'commander';
import {
  besideRun,
  examples,
  isArrayPath,
  outputPath,
  runArgument,
  wholeNumber,
  withCode,
} from '../options.js';
import type { LoadingOptions } from '../run.js';

interface SampleOptions extends LoadingOptions {
  sampler?: string;
  count?: number;
  seed?: number;
  label?: number;
  draw?: boolean;
  out?: string;
}

export function sampleCommand(program: Command): void {
  withCode(program.command('sample').argument(...runArgument))
    .description('Draw examples decoded from draws of the prior.')
    .option(
      '--count <n>',
      'how many (default: 64; for runs that see labels, 8 of each class)',
      wholeNumber(1),
    )
    .option('--seed <n>', "decides the draws (default: the run's seed)", wholeNumber(0))
    .option(
      '--label <n>',
      'the class of the images, for runs that see labels (default: a row for each)',
      wholeNumber(0),
    )
    .option(
      '--sampler <name>',
      "first fit this to the latents of the run's training data, and keep it in the run: gaussian; standardNormal or codebook give a prior back",
    )
    .option('--draw', 'draw from p(x | z), noise and all, and show not its mean')
    .option(
      '--out <file>',
      'picture to write: .png, .jpg, .webp or .avif; or .npy for the numbers (default: samples.png in the run folder)',
      outputPath,
    )
    .addHelpText(
      'after',
      examples(
        ['64 new digits', 'sample runs/mnist-dense'],
        ['From an autoencoder, which has no prior', 'sample runs/autoencoder --sampler gaussian'],
        ['100 others, elsewhere', 'sample runs/mnist-dense --count 100 --seed 7 --out digits.png'],
        ['Ten thousand as an array', 'sample runs/mnist-dense --count 10000 --out digits.npy'],
      ),
    )
    .action(async (run: string, options: SampleOptions) => {
      const { loadRun } = await import('../run.js');
      const { drawSamples } = await import('../draw.js');
      const { out = besideRun(run, 'samples.png'), config, sampler, ...drawn } = options;
      const given = config === undefined ? {} : { config };
      const { vae } = sampler
        ? await (await import('../fit-sampler.js')).fitSampler(run, sampler, given)
        : await loadRun(run, given);
      if (isArrayPath(out)) {
        const { writeSamples } = await import('../arrays.js');
        await writeSamples(vae, drawn, out);
      } else {
        await drawSamples(vae, drawn, out);
      }
    });
}
