import { writeFileAtomic } from '#files';
import { UserError } from '../base/errors.js';
import { asModelSees } from '../data/changes/seen.js';
import { isLearnt, type TableColumn } from '../data/column.js';
import { type Dataset, readRange } from '../data/dataset.js';
import { matchData } from '../data/match.js';
import { measureQuality, type QualityRows } from '../data/quality/index.js';
import type { VAE } from '../vae/index.js';
import { writePicture } from './draw.js';
import { type LoadingOptions, openParts } from './run.js';

/** Options of `vaekit quality`. */
export interface QualityFlags extends LoadingOptions {
  readonly data?: string;
  readonly count?: number;
  readonly seed?: number;
  readonly target?: string;
  readonly json?: boolean;
  readonly out?: string;
}

/** The columns that a model of a table learns. @throws UserError when it is of no table */
function columnsOf({ input }: VAE, run: string): readonly TableColumn[] {
  if (input.kind === 'table' && input.columns) return input.columns.filter(isLearnt);
  throw new UserError(
    `${run}: quality is about rows of a table, and this run learnt ${input.kind === 'image' ? 'images' : 'other examples'}. Train on a table that is read column by column (--rows table), or see evaluate.`,
  );
}

/** All values of a dataset's examples, as the model is shown them. */
async function valuesOf(vae: VAE, dataset: Dataset, augment: unknown): Promise<Float32Array> {
  const shown = asModelSees(dataset, augment);
  const { data } = vae.trainedOn
    ? matchData(vae.trainedOn, shown, vae.classes !== undefined)
    : { data: shown };
  return (await readRange(data, 0, data.size)).data as Float32Array;
}

function joined(parts: readonly Float32Array[]): Float32Array | undefined {
  if (parts.length < 2) return parts[0];
  const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => {
    values.set(part, at);
    return at + part.length;
  }, 0);
  return values;
}

/** Labels of so many draws: those of the data in turn, so that classes have their shares. */
function labelsFor({ classes }: VAE, { labels }: Dataset, count: number) {
  if (classes === undefined || !labels) return {};
  return { labels: Array.from({ length: count }, (_, i) => labels[i % labels.length]!) };
}

/** `vaekit quality`: draws rows of a run, compares them with real ones, and tells and writes how good they are. */
export async function tellQuality(run: string, options: QualityFlags, path: string): Promise<void> {
  const { target, json, out, ...loading } = options;
  const { vae, training, opened, found } = await openParts(run, loading);
  const columns = columnsOf(vae, run);
  const train = found.train!;
  const { seed = vae.config.seed, count = train.size } = options;
  const heldOut = [found.validation, found.test].filter((part) => part !== undefined);
  const rows: QualityRows = {
    columns,
    real: await valuesOf(vae, train, training.augment),
    synthetic: (await vae.sample(count, { seed, ...labelsFor(vae, train, count) }))
      .data as Float32Array,
    heldOut: joined(
      await Promise.all(heldOut.map((part) => valuesOf(vae, part, training.augment))),
    ),
  };
  const report = { data: opened.name, seed, ...(await measureQuality(rows, { target, seed })) };
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    const { qualityText } = await import('../report/index.js');
    process.stdout.write(`${qualityText(report)}\n`);
  }
  if (json && out === undefined) return;
  const files = out ?? path;
  await writeFileAtomic(`${files}.json`, `${JSON.stringify(report, null, 2)}\n`);
  if (!json) process.stdout.write(`Written: ${files}.json\n`);
  const { qualityPicture } = await import('../report/index.js');
  const picture = await qualityPicture(rows, report);
  if (json) await writeFileAtomic(`${files}.png`, picture);
  else await writePicture(`${files}.png`, picture);
}
