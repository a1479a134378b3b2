import { writeFileAtomic } from '#files';
import { UserError } from '../base/errors.js';
import { elementCount } from '../base/shape.js';
import { type Dataset, readRange } from '../data/dataset.js';
import { matchData } from '../data/match.js';
import { measureQuality, qualityRows } from '../data/quality/index.js';
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

/** @throws UserError when a run's model is of no table */
function checkTable({ input }: VAE, run: string): void {
  if (input.kind === 'table') return;
  throw new UserError(
    `${run}: quality is about rows of a table, and this run learnt ${input.kind === 'image' ? 'images' : 'other examples'}. Train on a table that is read column by column (--rows table), or see evaluate.`,
  );
}

/** Rows as the model was shown them. */
function asShown(vae: VAE, dataset: Dataset): Dataset {
  return vae.trainedOn
    ? matchData(vae.trainedOn, dataset, vae.classes !== undefined).data
    : dataset;
}

/** The rows of all parts; undefined where there are none. */
async function joined(parts: readonly Dataset[]): Promise<Float32Array | undefined> {
  const width = elementCount(parts[0]?.shape ?? []);
  const values = new Float32Array(parts.reduce((sum, { size }) => sum + size * width, 0));
  let at = 0;
  for (const part of parts) {
    const own = (await readRange(part, 0, part.size)).data as Float32Array;
    values.set(own, at);
    at += own.length;
  }
  return parts.length === 0 ? undefined : values;
}

/** Labels of so many draws: the data's labels in turn, so that classes have their shares. */
function labelsFor({ classes }: VAE, { labels }: Dataset, count: number) {
  if (classes === undefined || !labels) return {};
  return { labels: Array.from({ length: count }, (_, i) => labels[i % labels.length]!) };
}

/** `vaekit quality`: draws rows of a run, compares them with real ones, and tells and writes how good they are. */
export async function tellQuality(run: string, options: QualityFlags, path: string): Promise<void> {
  const { target, json, out, ...loading } = options;
  const { vae, opened, found } = await openParts(run, loading);
  checkTable(vae, run);
  const train = asShown(vae, found.train!);
  const { seed = vae.config.seed, count = train.size } = options;
  const heldOut = [found.validation, found.test].flatMap((part) =>
    part ? asShown(vae, part) : [],
  );
  const rows = await qualityRows({
    columns: vae.input.columns,
    real: train,
    synthetic: await vae.sample(count, { seed, ...labelsFor(vae, train, count) }),
    heldOut: await joined(heldOut),
  });
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
