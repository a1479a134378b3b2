import { type Command, Option } from 'commander';
import { isHubAddress } from '../../runs/hub/address.js';
import { examples, wholeNumber } from '../options.js';

interface StudioCommandOptions {
  port?: number;
  open: boolean;
  build?: string;
}

export function studioCommand(program: Command): void {
  program
    .command('studio')
    .argument('[runs]', 'run folder, folder of runs, or hf://owner/name (default: runs)')
    .description('Open a page that trains in the browser and walks through the latent space.')
    .option(
      '--port <n>',
      'port to listen on; 0 for any (default: 8230, or the next free)',
      wholeNumber(0, 65_535),
    )
    .option('--no-open', 'print the address without opening a browser')
    .addOption(
      new Option(
        '--build <folder>',
        'write the page and the runs as a site for any static host, instead of serving them',
      ).conflicts('port'),
    )
    .addHelpText(
      'after',
      examples(
        ['Train in the browser, and see the runs of this folder', 'studio'],
        ['Explore one run', 'studio runs/mnist-mlp'],
        ['Write a site with all runs', 'studio --build site'],
      ),
    )
    .action(async (given: string | undefined, options: StudioCommandOptions) => {
      if (given === undefined || !isHubAddress(given)) return openStudio(given, options);
      const { pullForNow } = await import('../pull.js');
      const { folder, remove } = await pullForNow(given);
      await openStudio(folder, options).finally(remove);
    });
}

/** Serves the studio until a signal comes, or writes it as a site. */
async function openStudio(
  path: string | undefined,
  { port, open, build }: StudioCommandOptions,
): Promise<void> {
  if (build !== undefined) return buildSite(build, path);
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
}

/** Writes the static site, and tells its content. */
async function buildSite(folder: string, path: string | undefined): Promise<void> {
  const { buildSite } = await import('../../studio-server/site.js');
  const tell = (message: string) => process.stderr.write(`${message}\n`);
  const { files, bytes, runs } = await buildSite({ folder, path, tell });
  const { formatBytes } = await import('../../report/number.js');
  const of = runs.length === 1 ? '1 run' : `${runs.length} runs`;
  process.stdout.write(
    `${folder}: the studio with ${of}, ${files} files of ${formatBytes(bytes)}. Put the folder on any static host.\n`,
  );
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
