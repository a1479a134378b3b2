import { writeFileAtomic } from '#files';
import { UserError } from '../base/errors.js';
import { listed, quote } from '../base/excerpt.js';
import { median } from '../base/median.js';
import { spread } from '../data/changes/spread.js';
import type { Dataset } from '../data/dataset.js';
import { formatNumber } from '../report/number.js';
import {
  labelText,
  oddColumns,
  rankedCsv,
  type ScoredRows,
  usualNats,
} from '../report/ranked-rows.js';
import { judgeRanking, type Ranking } from '../report/ranking.js';
import { formatTable } from '../report/table.js';
import type { VAE } from '../vae/index.js';
import { type DataOptions, openRun } from './run.js';

/** Options of `vaekit score`. */
export interface ScoreOptions extends DataOptions {
  samples: number;
  seed?: number;
  count: number;
  anomaly?: string;
  flag?: number;
  out?: string;
  json?: boolean;
}

/** Examples of the training data that a threshold is taken from, at most. */
const mostTrained = 10_000;

/** The score that a share of the training data is over. */
async function thresholdOf(run: string, options: ScoreOptions, share: number): Promise<number> {
  const { config, samples, seed } = options;
  const { vae, data } = await openRun(run, { split: 'train', ...(config ? { config } : {}) });
  const { values } = await vae.score(spread(data, mostTrained), {
    samples,
    ...(seed === undefined ? {} : { seed }),
  });
  await vae.release();
  const sorted = values.toSorted();
  const place = Math.ceil((1 - share) * sorted.length) - 1;
  return place < 0 ? -Infinity : sorted[place]!;
}

/** The class that is to come first. @throws UserError when the data has no such label */
function anomalyOf({ labels, classNames, name }: Dataset, anomaly: string): number {
  if (!labels) {
    throw new UserError(
      `--anomaly ${anomaly}: ${name} has no labels. Say by --label which column tells them.`,
    );
  }
  const names = classNames ?? [...new Set(Array.from(labels))].sort((a, b) => a - b).map(String);
  const found = classNames ? classNames.indexOf(anomaly) : Number(anomaly);
  if (names.includes(anomaly)) return found;
  throw new UserError(
    `--anomaly ${anomaly}: ${name} has no such label, but: ${listed(names.map(quote), 8)}. Give one of these.`,
  );
}

/** A row as JSON. */
function described(scored: ScoredRows, row: number) {
  const { data, values, threshold } = scored;
  const label = labelText(data, row);
  const ids = data.ids?.map(({ name, text }) => [name, text(row)] as const);
  return {
    index: row,
    ...(data.origin ? { origin: data.origin(row) } : {}),
    ...(ids?.length ? { ids: Object.fromEntries(ids) } : {}),
    ...(label === undefined ? {} : { label }),
    score: values[row]!,
    ...(threshold === undefined ? {} : { flagged: values[row]! > threshold }),
    ...(scored.columns ? { columns: Object.fromEntries(oddColumns(scored, row)) } : {}),
  };
}

/** The first rows for people. */
function tableOf(scored: ScoredRows, rows: readonly number[]): string {
  const { data, values, threshold, columns } = scored;
  const ids = data.ids ?? [];
  const header = [
    ...[data.origin ? 'from' : 'index', ...ids.map(({ name }) => name)],
    ...(data.labels ? ['label'] : []),
    { header: 'score', align: 'right' as const },
    ...(threshold === undefined ? [] : ['flagged']),
    ...(columns ? ['odd by'] : []),
  ];
  const lines = rows.map((row) => [
    ...[data.origin?.(row) ?? row, ...ids.map(({ text }) => text(row))],
    ...(data.labels ? [labelText(data, row)!] : []),
    formatNumber(values[row]!),
    ...(threshold === undefined ? [] : [values[row]! > threshold ? 'yes' : '']),
    ...(columns
      ? [
          oddColumns(scored, row)
            .map(([name, n]) => `${name} +${formatNumber(n)}`)
            .join(', '),
        ]
      : []),
  ]);
  return formatTable(header, lines);
}

/** Figures of all scores. */
function summary({ data, values, threshold }: ScoredRows, part: string, options: ScoreOptions) {
  const total = values.reduce((sum, value) => sum + value, 0);
  const anomaly = options.anomaly === undefined ? undefined : anomalyOf(data, options.anomaly);
  const ranking: Partial<Ranking> =
    anomaly === undefined ? {} : judgeRanking(values, (row) => data.labels![row] === anomaly);
  return {
    ...{ data: data.name, part, size: data.size, samples: options.samples },
    ...{ mean: total / data.size, median: median(Array.from(values)) },
    ...(threshold === undefined
      ? {}
      : { threshold, flagged: values.filter((each) => each > threshold).length }),
    ...ranking,
  };
}

/** Figures of all scores as a line for people. */
function summaryLines(told: ReturnType<typeof summary>, { anomaly }: ScoreOptions): string[] {
  const { data, size, samples, mean, median, threshold, flagged } = told;
  const { areaUnderRoc, averagePrecision } = told;
  const kind = samples === 1 ? 'the negative ELBO' : `an estimate of −log p by ${samples} draws`;
  const lines = [
    `${data}, ${size} examples: score ${kind}, in nats: mean ${formatNumber(mean)}, median ${formatNumber(median)}`,
  ];
  if (threshold !== undefined) lines.push(`Flagged: ${flagged}, over ${formatNumber(threshold)}`);
  if (areaUnderRoc !== undefined && averagePrecision !== undefined) {
    lines.push(
      `Of ${anomaly}: area under ROC ${areaUnderRoc.toFixed(4)}, average precision ${averagePrecision.toFixed(4)}`,
    );
  }
  return lines;
}

/** Scores the data of a run, or other data, and tells which examples are the least like its training data. */
export async function scoreRun(run: string, options: ScoreOptions): Promise<void> {
  const { samples, seed, flag, out, json, count } = options;
  const { vae, data, part } = await openRun(run, options);
  if (options.anomaly !== undefined) anomalyOf(data, options.anomaly);
  const scores = await scoresOf(vae, data, { samples, ...(seed === undefined ? {} : { seed }) });
  const threshold = flag === undefined ? undefined : await thresholdOf(run, options, flag);
  const scored = { ...scores, data, threshold, usual: usualNats(scores.columns) };
  const { values } = scored;
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);
  if (out !== undefined) await writeFileAtomic(out, rankedCsv(scored, order));
  const told = summary(scored, part, options);
  const first = order.slice(0, count);
  if (json) {
    const rows = first.map((row) => described(scored, row));
    process.stdout.write(`${JSON.stringify({ ...told, rows })}\n`);
    return;
  }
  const lines = [
    ...summaryLines(told, options),
    ...(first.length > 0 ? [tableOf(scored, first)] : []),
    ...(out === undefined ? [] : [`Written: ${out} (${data.size} examples)`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function scoresOf(vae: VAE, data: Dataset, options: { samples: number; seed?: number }) {
  const scores = await vae.score(data, options);
  await vae.release();
  return scores;
}
