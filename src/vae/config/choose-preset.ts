import { elementCount } from '../../base/shape.js';
import { isLearnt, type TableColumn } from '../../data/column.js';
import { sequenceSize } from '../../data/input.js';
import { type PresetName, type PresetOptions, preset, type RunConfig } from './presets.js';

/** Facts of the data by which a preset is chosen. */
export interface DataTraits {
  /** The data as it was asked for: `mnist`, a path, or its name in a page. */
  readonly data: string;
  /** Shape of one example; for images [channels, height, width]. */
  readonly shape: readonly number[];
  /** Number of examples. */
  readonly size: number;
  /** Columns of a table that is read column by column. */
  readonly table?: readonly TableColumn[] | undefined;
  /** The kind of the objective, where one was asked for. */
  readonly objective?: string | undefined;
}

/** The settings that data is first trained with, where none are given. */
export interface PresetChoice extends Required<Pick<PresetOptions, 'latent'>> {
  readonly name: PresetName;
  /** Likelihood as plain data; the preset's own when left out. */
  readonly likelihood?: unknown;
  readonly epochs: number;
  readonly batchSize: number;
  /** The reason: the data in a few words. */
  readonly because: string;
}

/** Gray pictures with at most so many pixels are learnt well and quickly by dense layers. */
const fewPixels = 32 * 32;

/**
 * σ = 0.1 of the range from black to white. A spread that is trained, as in the σ-VAE, starts at 1 and
 * takes thousands of steps to get here; meanwhile pictures are gray.
 */
const pictureLikelihood = { type: 'gaussian', variance: 0.01 };

/** A spread that is trained, one for each value. */
const ownSpread = { type: 'gaussian', variance: 'pixel' };

/** Examples seen in all by a first training: of pictures, of data that is learnt more quickly, and of tables. */
const seen = { pictures: 60_000, sequences: 200_000, others: 600_000, rows: 3_000_000 };

/** An epoch of a small dataset has at least so many steps, where it has as many batches of four. */
const leastSteps = 90;

/** Batches of rows; they grow with the square root of the data, so that small data has steps enough. */
const tableBatches = [500, 256, 128, 64] as const;

const between = (least: number, value: number, most: number) =>
  Math.min(Math.max(value, least), most);

/** Latents of rows and sequences: a quarter of their values, and no more than most data needs. */
const latentsFor = (shape: readonly number[]) => between(1, Math.ceil(elementCount(shape) / 4), 16);

/** Decides how often examples are seen, and how many a step, so that small data is trained long enough. */
function pacing(size: number, visits: number): { epochs: number; batchSize: number } {
  const batchSize = [128, 64, 32].find((each) => size >= each * leastSteps) ?? 32;
  return {
    epochs: between(20, Math.round(visits / Math.max(1, size)), 300),
    batchSize: Math.max(1, Math.min(batchSize, size)),
  };
}

/** A picture's likelihood, latents, network and time, by its shape. */
function forPictures([channels, height, width]: readonly number[], size: number): PresetChoice {
  const kind = channels === 1 ? 'gray' : channels === 3 ? 'colour' : `${channels}-channel`;
  const because = `${kind} pictures of ${height} × ${width}`;
  const pixels = height! * width!;
  if (channels === 1 && pixels <= fewPixels) {
    return { name: 'mlp', latent: 16, ...pacing(size, seen.others), because: `small ${because}` };
  }
  const rest = { latent: 32, likelihood: pictureLikelihood, ...pacing(size, seen.pictures) };
  if (height! % 4 === 0 && width! % 4 === 0) return { name: 'resnet', ...rest, because };
  const odd = 'whose height and width are no multiples of 4, as convolutions need them (--resize)';
  return { name: 'mlp', ...rest, because: `${because}, ${odd}` };
}

/** Rows of a table, by its columns. */
function forTables(columns: readonly TableColumn[], size: number): PresetChoice {
  const learnt = columns.filter(isLearnt).length;
  return {
    name: 'tabular',
    latent: 16,
    likelihood: 'table',
    epochs: between(30, Math.round(seen.rows / Math.max(1, size)), 300),
    batchSize: Math.min(tableBatches.find((each) => each ** 2 <= 12 * size) ?? 32, size),
    because: `a table of ${learnt} ${learnt === 1 ? 'column' : 'columns'}`,
  };
}

/** Sequences, by their steps. */
function forSequences(shape: readonly number[], size: number): PresetChoice {
  const { channels, steps } = sequenceSize(shape);
  const many = channels === 1 ? '1 channel' : `${channels} channels`;
  return {
    name: 'sequence',
    latent: latentsFor(shape),
    likelihood: ownSpread,
    ...pacing(size, seen.sequences),
    because: `sequences of ${many} and ${steps} ${steps === 1 ? 'step' : 'steps'}`,
  };
}

/** Objectives whose latents have positions, with how many channels these have. */
const positioned = new Map([
  ['vqVae', 16],
  ['residualVq', 16],
  ['autoencoderKl', 4],
]);

/** Latents with positions, which need a network of their own. */
function forPositions(objective: string, shape: readonly number[], size: number): PresetChoice {
  const { because, ...rest } = forPictures(shape, size);
  const latent = positioned.get(objective)!;
  return { ...rest, name: 'vq', latent, because: `the objective ${objective} on ${because}` };
}

/**
 * The settings that data is first trained with, where none are given: the one place that decides,
 * for the command line, `init` and the studio. MNIST has the tutorial's network; other data, one that
 * shows something after a few minutes.
 */
export function choosePreset({ data, shape, size, table, objective }: DataTraits): PresetChoice {
  if (table) return forTables(table, size);
  if (objective && positioned.has(objective) && shape.length === 3) {
    return forPositions(objective, shape, size);
  }
  if (data === 'mnist') {
    return {
      name: 'dense',
      latent: 2,
      epochs: 30,
      batchSize: 32,
      because: 'MNIST (the tutorial, in seconds)',
    };
  }
  if (shape.length === 3) return forPictures(shape, size);
  if (shape.length === 2) return forSequences(shape, size);
  const values = elementCount(shape);
  return {
    name: 'mlp',
    latent: latentsFor(shape),
    likelihood: ownSpread,
    ...pacing(size, seen.others),
    because: `rows of ${values} ${values === 1 ? 'number' : 'numbers'}`,
  };
}

/** The run of a choice. @param over settings in the place of the choice's own */
export function chosenRun(
  { name, latent, likelihood, epochs, batchSize }: PresetChoice,
  shape: readonly number[],
  over: PresetOptions = {},
): RunConfig {
  const { model, training } = preset(name, shape, {
    latent: over.latent ?? latent,
    likelihood: over.likelihood ?? likelihood,
    example: over.example,
  });
  return { model, training: { ...training, epochs, batchSize } };
}
