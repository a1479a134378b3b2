import type { Command } from 'commander';
import { besideRun, examples, picturePath, runArgument, withData } from '../options.js';
import type { DataOptions } from '../run.js';

interface EncodeOptions extends DataOptions {
  out?: string;
  map?: string;
  colour?: string;
}

export function encodeCommand(program: Command): void {
  withData(program.command('encode').argument(...runArgument))
    .description("Write the posterior's mean and log-variance of each image, as CSV and .npy.")
    .option('--out <path>', 'path without ending (default: latents in the run folder)')
    .option(
      '--map <file>',
      'draw the latents too, by their two widest directions where there are more: .png, .jpg, .webp or .avif',
      picturePath,
    )
    .option('--colour <column>', "column of a table that colours the map (default: the labels')")
    .addHelpText(
      'after',
      examples(
        ['latents.csv, latents.mean.npy and latents.log_variance.npy', 'encode runs/mnist-dense'],
        ['Features of the training images', 'encode runs/mnist-dense --split train --out features'],
        [
          'A map of rows by one of their columns',
          "encode runs/penguins-tabular --map map.png --colour 'Body Mass (g)'",
        ],
      ),
    )
    .action(async (run: string, options: EncodeOptions) => {
      const { exitOnSignals } = await import('../signals.js');
      exitOnSignals();
      const { openRun } = await import('../run.js');
      const { writeLatents } = await import('../latents.js');
      const { vae, data } = await openRun(run, options);
      const { map, colour } = options;
      await writeLatents(vae, data, options.out ?? besideRun(run, 'latents'));
      if (map === undefined && colour === undefined) return;
      const { latentMap } = await import('../latent-map.js');
      const { writePicture } = await import('../draw.js');
      await writePicture(map ?? besideRun(run, 'latent.png'), await latentMap(vae, data, colour));
    });
}
