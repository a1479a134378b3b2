import type { Command } from 'commander';
import { besideRun, examples, runArgument, withData } from '../options.js';
import type { DataOptions } from '../run.js';

interface EncodeOptions extends DataOptions {
  out?: string;
}

export function encodeCommand(program: Command): void {
  withData(program.command('encode').argument(...runArgument))
    .description("Write the posterior's mean and log-variance of each image, as CSV and .npy.")
    .option('--out <path>', 'path without ending (default: latents in the run folder)')
    .addHelpText(
      'after',
      examples(
        ['latents.csv, latents.mean.npy and latents.log_variance.npy', 'encode runs/mnist-dense'],
        ['Features of the training images', 'encode runs/mnist-dense --split train --out features'],
      ),
    )
    .action(async (run: string, options: EncodeOptions) => {
      const { exitOnSignals } = await import('../signals.js');
      exitOnSignals();
      const { openRun } = await import('../run.js');
      const { writeLatents } = await import('../latents.js');
      const { vae, data } = await openRun(run, options);
      await writeLatents(vae, data, options.out ?? besideRun(run, 'latents'));
    });
}
