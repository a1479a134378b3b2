import { UserError } from '../base/errors.js';
import { listed } from '../base/excerpt.js';
import { asModelSees, asValidated } from '../data/changes/seen.js';
import { split } from '../data/changes/split.js';
import type { Dataset } from '../data/dataset.js';
import { type OpenedData, openDataset } from '../data/datasets.js';
import { matchData } from '../data/match.js';
import type { ReadOptions } from '../data/read-options.js';
import type { RunFolder } from '../runs/index.js';
import { readingFor } from '../vae/config/reading.js';
import { VAE } from '../vae/index.js';
import { ownCode } from './config/own-code.js';
import { usualData } from './config/run-flags.js';
import { locateData, requireData } from './data-path.js';
import { withRun } from './hub.js';

/** Options of commands that load a run. */
export interface LoadingOptions {
  /** The file that defines the run's own layers. */
  config?: string;
}

/** The parts of data. */
const parts = ['test', 'validation', 'train'] as const;

export type Part = (typeof parts)[number];

/** Datasets by the part that they are. */
type DataParts = Readonly<Partial<Record<Part, Dataset | undefined>>>;

/** Options of commands that show data to a trained model. */
export interface DataOptions extends LoadingOptions {
  data?: string;
  split?: Part;
  /** The column of labels, where it is not the run's own. */
  label?: string;
  /** Keeps the text of a table's cells; no flag sets it. */
  cells?: boolean;
}

/** A run's model and the data it is shown. */
interface OpenRun {
  readonly vae: VAE;
  readonly folder: RunFolder;
  readonly data: Dataset;
  /** The data as validation saw it: black and white when the model was trained on that. */
  readonly validated: Dataset;
  /** The part of the data that this is; `all` where the data has none. */
  readonly part: Part | 'all';
}

/** A run's model, its folder, and the settings in its `config.json`. */
export async function loadRun(path: string, { config }: LoadingOptions) {
  return withRun(path, async (folder) => {
    const { model, ...settings } = await folder.readConfig();
    const vae = await VAE.load(folder, await ownCode(path, model, config));
    return { vae, folder, settings };
  });
}

const tell = (line: string) => process.stderr.write(`${line}\n`);

/** The parts of a run's own data, as training took them. */
function partsOf(
  { train, validation, test }: OpenedData,
  validationSplit: unknown,
  seed: number,
): DataParts {
  if (typeof validationSplit !== 'number') return { train, validation, test };
  return { ...split(train, validationSplit, seed), test };
}

/** The part that is asked for or, where none is, the one farthest from training. */
function choosePart(found: DataParts, name: string, asked: Part | undefined): Part {
  const there = parts.filter((part) => found[part]);
  if (asked === undefined) return there[0]!;
  if (there.includes(asked)) return asked;
  throw new UserError(
    `${name} has no ${asked} part, but: ${listed(there)}. Give one of these as --split.`,
  );
}

/** Data of other pictures in the size and the channels that a model takes, where it can be read so. */
async function inShape(
  spec: string,
  opened: OpenedData,
  reading: ReadOptions,
  { input }: VAE,
): Promise<OpenedData> {
  const [channels, height, width] = input.shape;
  const isSame = opened.train.shape.join() === input.shape.join();
  if (isSame || input.kind !== 'image' || opened.train.shape.length !== 3) return opened;
  if (channels !== 1 && channels !== 3) return opened;
  const resize: [number, number] = [height!, width!];
  const again = await openDataset(spec, { ...reading, resize, channels });
  if (again.train.shape.join() !== input.shape.join()) return opened;
  const before = opened.train.shape.join(' × ');
  tell(`${opened.name}: pictures of ${before} brought to the model's ${input.shape.join(' × ')}`);
  return again;
}

/** A run's model and all parts of the data that it is shown. */
export async function openParts(path: string, options: DataOptions) {
  const { vae, folder, settings } = await loadRun(path, options);
  const { training = {} } = settings as { training?: Record<string, unknown> };
  const located = await locateData(path, training, usualData);
  const isOwn = options.data === undefined;
  if (isOwn) await requireData(path, located);
  const { label: ownLabel, ...others } = located.reading;
  // A file of labels belongs to the data that the run was trained on; a column may be in other data.
  const isOwnLabel = ownLabel !== undefined && (isOwn || !located.hasLabelFile);
  const label = options.label ?? (isOwnLabel ? ownLabel : undefined);
  const reading = { ...others, ...(label === undefined ? {} : { label }) };
  const spec = options.data ?? located.data;
  const known = readingFor(reading, vae.config);
  const { cells } = options;
  const first = await openDataset(spec, { ...known, ...(cells && { cells }), onProgress: tell });
  const opened = isOwn ? first : await inShape(spec, first, reading, vae);
  const found = partsOf(opened, isOwn ? training.validationSplit : undefined, vae.config.seed);
  return { vae, folder, training, opened, found, isOwn };
}

/** Opens a run and the data it is shown. */
export async function openRun(path: string, options: DataOptions): Promise<OpenRun> {
  const { vae, folder, training, opened, found, isOwn } = await openParts(path, options);
  const part = choosePart(found, opened.name, options.split);
  if (isOwn && part === 'train' && options.split === undefined) {
    tell(`${opened.name}: no part was kept from training, so these are examples that it has seen`);
  }
  const shown = asModelSees(found[part]!, training.augment);
  const { data, notes } = vae.trainedOn
    ? matchData(vae.trainedOn, shown, vae.classes !== undefined)
    : { data: shown, notes: [] };
  for (const note of notes) tell(`${data.name}: ${note}`);
  const isWhole = !opened.test && !opened.validation && !isOwn;
  const validated = asValidated(data, training.binarize, vae.config.seed);
  return { vae, folder, data, validated, part: isWhole ? 'all' : part };
}
