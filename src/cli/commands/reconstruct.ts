import type { Command } from 'commander';
import {
  besideRun,
  examples,
  isArrayPath,
  outputPath,
  runArgument,
  wholeNumber,
  withData,
} from '../options.js';
import type { DataOptions } from '../run.js';

/** Examples in a picture. */
const usualCount = 10;

interface ReconstructOptions extends DataOptions {
  count?: number;
  out?: string;
}

export function reconstructCommand(program: Command): void {
  withData(program.command('reconstruct').argument(...runArgument))
    .description('Draw originals of all classes with their reconstructions.')
    .option(
      '--count <n>',
      'how many (default: 10 in a picture, all in an array or a table)',
      wholeNumber(1),
    )
    .option(
      '--out <file>',
      'picture to write: .png, .jpg, .webp or .avif; or .npy for the reconstructions as numbers; of a table .csv, .tsv, .json, .jsonl or .parquet, with each value beside its reconstruction (default: reconstructions.png, or reconstructions.csv, in the run folder)',
      outputPath,
    )
    .addHelpText(
      'after',
      examples(
        ['Ten test images over their reconstructions', 'reconstruct runs/mnist-dense'],
        ['Twenty of the training images', 'reconstruct runs/mnist-dense --split train --count 20'],
        ['All of them as an array', 'reconstruct runs/mnist-dense --out reconstructions.npy'],
      ),
    )
    .action(async (run: string, options: ReconstructOptions) => {
      const { openRun } = await import('../run.js');
      const { vae, data } = await openRun(run, { ...options, cells: true });
      const isTable = vae.input.kind === 'table';
      const { out = besideRun(run, `reconstructions.${isTable ? 'csv' : 'png'}`), count } = options;
      if (isTable && !isArrayPath(out)) {
        const { writeReconstructedRows } = await import('../rows.js');
        await writeReconstructedRows(vae, data, count, out);
      } else if (isArrayPath(out)) {
        const { writeReconstructions } = await import('../arrays.js');
        await writeReconstructions(vae, data, count, out);
      } else {
        const { drawReconstructions } = await import('../draw.js');
        await drawReconstructions(vae, data, count ?? usualCount, out);
      }
    });
}
