import type { Command } from 'commander';
import {
  besideRun,
  examples,
  picturePath,
  runArgument,
  wholeNumber,
  withData,
} from '../options.js';
import type { DataOptions } from '../run.js';

interface ReconstructOptions extends DataOptions {
  count: number;
  out?: string;
}

export function reconstructCommand(program: Command): void {
  withData(program.command('reconstruct').argument(...runArgument))
    .description('Draw originals of all classes over their reconstructions.')
    .option('--count <n>', 'how many images', wholeNumber(1), 10)
    .option(
      '--out <file>',
      'picture to write: .png, .jpg, .webp or .avif (default: reconstructions.png in the run folder)',
      picturePath,
    )
    .addHelpText(
      'after',
      examples(
        ['Ten test images over their reconstructions', 'reconstruct runs/mnist-dense'],
        ['Twenty of the training images', 'reconstruct runs/mnist-dense --split train --count 20'],
      ),
    )
    .action(async (run: string, options: ReconstructOptions) => {
      const { openRun } = await import('../run.js');
      const { drawReconstructions } = await import('../draw.js');
      const { vae, data } = await openRun(run, options);
      await drawReconstructions(
        vae,
        data,
        options.count,
        options.out ?? besideRun(run, 'reconstructions.png'),
      );
    });
}
