import type { Command } from 'commander';
import { examples, wholeNumber } from '../options.js';

interface StudioCommandOptions {
  port?: number;
  open: boolean;
}

export function studioCommand(program: Command): void {
  program
    .command('studio')
    .argument('[runs]', 'run folder, or folder of runs (default: runs)')
    .description('Open a page that trains in the browser and walks through the latent space.')
    .option(
      '--port <n>',
      'port to listen on; 0 for any (default: 8230, or the next free)',
      wholeNumber(0, 65_535),
    )
    .option('--no-open', 'print the address without opening a browser')
    .addHelpText(
      'after',
      examples(
        ['Train in the browser, and see the runs of this folder', 'studio'],
        ['Explore one run', 'studio runs/mnist-mlp'],
      ),
    )
    .action(async (path: string | undefined, { port, open }: StudioCommandOptions) => {
      const { startStudio } = await import('../../studio-server/server.js');
      const studio = await startStudio({
        path,
        port,
        tell: (message) => process.stderr.write(`${message}\n`),
      });
      process.stdout.write(`vaekit studio: ${studio.address}\nCtrl-C stops it.\n`);
      if (open) await openBrowser(studio.address);
      await new Promise<void>((resolve) => {
        for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve());
      });
      await studio.close();
      process.stdout.write('Stopped.\n');
    });
}

/** Opens the address in the user's browser, where there is one. */
async function openBrowser(address: string): Promise<void> {
  const { default: open } = await import('open');
  try {
    const child = await open(address);
    child.on('error', () => process.stderr.write(`No browser could be started: open ${address}\n`));
  } catch {
    process.stderr.write(`No browser could be started: open ${address}\n`);
  }
}
