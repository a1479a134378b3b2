import type { Command } from 'commander';
import type { Dataset } from '../../data/dataset.js';
import type { VAE } from '../../vae/index.js';
import { examples, runArgument, wholeNumber, withData } from '../options.js';
import type { DataOptions } from '../run.js';

interface EvaluateOptions extends DataOptions {
  seed?: number;
  iwae?: number;
  json?: boolean;
}

/** Examples of a part, for people. */
const examplesOf = (part: string) =>
  part === 'all' ? 'examples, all of it' : `examples of the ${part} part`;

/** Nats of each column of a table: the mean of −log p(x | z) over its known values, with a draw of z. */
async function columnNats(
  vae: VAE,
  data: Dataset,
  seed: { readonly seed?: number },
): Promise<Readonly<Record<string, number>> | undefined> {
  if (vae.input.kind !== 'table' || !vae.isInNats) return undefined;
  const { columns: nats } = await vae.score(data, { samples: 1, ...seed });
  const { meansOfColumns } = await import('../column-means.js');
  return meansOfColumns(nats!, data);
}

/** Columns with their nats, the most first. */
async function columnTable(columns: Readonly<Record<string, number>>): Promise<string> {
  const { formatTable } = await import('../../report/table.js');
  const rows = Object.entries(columns).sort(([, a], [, b]) => b - a);
  const header = ['Column', { header: 'Nats', align: 'right' as const }];
  return `${formatTable(
    header,
    rows.map(([name, nats]) => [name, nats.toFixed(3)]),
  )}\n`;
}

export function evaluateCommand(program: Command): void {
  withData(program.command('evaluate').argument(...runArgument))
    .description(
      'Print the loss and its parts on data, in nats, and bits per dimension where defined.',
    )
    .option('--seed <n>', "decides the posterior's noise (default: the run's seed)", wholeNumber(0))
    .option(
      '--iwae <K>',
      'estimate log p(x) too, by K draws of the posterior an image (Burda et al. 2016)',
      wholeNumber(1),
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        ['The test loss', 'evaluate runs/mnist-dense'],
        ['And an estimate of log p(x)', 'evaluate runs/mnist-dense --iwae 100'],
        ['On other data, for a script', 'evaluate runs/mnist-dense --data fashion-mnist --json'],
      ),
    )
    .action(async (run: string, options: EvaluateOptions) => {
      const { openRun } = await import('../run.js');
      const { vae, validated: data, part } = await openRun(run, options);
      const seed = options.seed === undefined ? {} : { seed: options.seed };
      const metrics: Record<string, number> = { ...(await vae.evaluate(data, seed)) };
      if (options.iwae !== undefined) {
        const { mean } = await vae.logLikelihood(data, { samples: options.iwae, ...seed });
        metrics.log_likelihood = mean;
      }
      const columns = await columnNats(vae, data, seed);
      if (options.json) {
        const facts = { data: data.name, part, size: data.size, ...metrics };
        process.stdout.write(`${JSON.stringify({ ...facts, ...(columns ? { columns } : {}) })}\n`);
        return;
      }
      const { bitsPerDimension, ...others } = metrics;
      const parts = Object.entries(others).map(([name, value]) => `${name} ${value.toFixed(2)}`);
      const unit = vae.isInNats ? ' (nats)' : '';
      const bits =
        bitsPerDimension === undefined ? '' : `  bitsPerDimension ${bitsPerDimension.toFixed(3)}`;
      process.stdout.write(
        `${data.name}, ${data.size} ${examplesOf(part)}: ${parts.join('  ')}${unit}${bits}\n`,
      );
      if (columns) process.stdout.write(await columnTable(columns));
    });
}
