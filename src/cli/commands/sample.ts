import type { Command } from 'commander';
import {
  besideRun,
  examples,
  isArrayPath,
  named,
  outputPath,
  runArgument,
  wholeNumber,
  withCode,
} from '../options.js';
import type { LoadingOptions } from '../run.js';

interface SampleOptions extends LoadingOptions {
  sampler?: Readonly<Record<string, unknown>>;
  count?: number;
  seed?: number;
  label?: number;
  draw?: boolean;
  where?: string[];
  out?: string;
}

/** Draws samples, and writes them by the kind of the run's examples. */
async function drawOf(run: string, options: SampleOptions): Promise<void> {
  const { loadRun } = await import('../run.js');
  const { drawSamples } = await import('../draw.js');
  const { config, sampler, where, ...drawn } = options;
  const given = config === undefined ? {} : { config };
  const { vae } = sampler
    ? await (await import('../fit-sampler.js')).fitSampler(run, sampler, given)
    : await loadRun(run, given);
  const isTable = vae.input.kind === 'table';
  const { out = besideRun(run, isTable ? 'samples.csv' : 'samples.png') } = options;
  if (isTable || where) {
    const { writeRows } = await import('../rows.js');
    await writeRows(vae, { ...drawn, ...(where ? { where } : {}) }, out);
  } else if (isArrayPath(out)) {
    const { writeSamples } = await import('../arrays.js');
    await writeSamples(vae, drawn, out);
  } else {
    await drawSamples(vae, drawn, out);
  }
}

export function sampleCommand(program: Command): void {
  withCode(program.command('sample').argument(...runArgument))
    .description('Draw examples decoded from draws of the prior.')
    .option(
      '--count <n>',
      'how many (default: 64; for runs that see labels, 8 of each class; for tables 1000)',
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
      "first fit this to the latents of the run's training data, and keep it in the run, such as gaussian, or with options gaussianMixture:components=10; a prior, such as standardNormal or codebook, is given back",
      named('gaussianMixture:components=10'),
    )
    .option(
      '--draw',
      'draw from p(x | z), noise and all, and show not its mean; rows of tables always are',
    )
    .option(
      '--where <condition>',
      "of a table: only rows that are so, as 'species=Adelie', 'island=Biscoe|Dream' or 'age>=40'; may be given several times (rows are drawn until enough are so)",
      (text: string, before: string[] = []) => [...before, text],
    )
    .option(
      '--out <file>',
      'picture to write: .png, .jpg, .webp or .avif; or .npy for the numbers; rows of a table as .csv, .tsv, .json, .jsonl, .parquet or .npy (default: samples.png, or samples.csv, in the run folder)',
      outputPath,
    )
    .addHelpText(
      'after',
      examples(
        ['64 new digits', 'sample runs/mnist-dense'],
        ['From an autoencoder, which has no prior', 'sample runs/autoencoder --sampler gaussian'],
        [
          'Of ten Gaussians among its latents',
          'sample runs/autoencoder --sampler gaussianMixture:components=10',
        ],
        ['100 others, elsewhere', 'sample runs/mnist-dense --count 100 --seed 7 --out digits.png'],
        ['Ten thousand as an array', 'sample runs/mnist-dense --count 10000 --out digits.npy'],
        ['Rows of a table', 'sample runs/penguins-tabular --count 5000 --out rows.csv'],
        [
          'Rows that meet a condition',
          "sample runs/penguins-tabular --where 'Species=Adelie' --where 'Body Mass (g)>=4000'",
        ],
      ),
    )
    .action(drawOf);
}
