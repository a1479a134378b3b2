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
    .option('--count <n>', 'how many (default: 10 in a picture, all in an array)', wholeNumber(1))
    .option(
      '--out <file>',
      'picture to write: .png, .jpg, .webp or .avif; or .npy for the reconstructions as numbers (default: reconstructions.png in the run folder)',
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
      const { vae, data } = await openRun(run, options);
      const { out = besideRun(run, 'reconstructions.png'), count } = options;
      if (isArrayPath(out)) {
        const { writeReconstructions } = await import('../arrays.js');
        await writeReconstructions(vae, data, count, out);
      } else {
        const { drawReconstructions } = await import('../draw.js');
        await drawReconstructions(vae, data, count ?? usualCount, out);
      }
    });
}
