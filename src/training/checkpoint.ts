import type { Tensor } from 'onnxruntime-common';
import { z } from 'zod';
import type { Dataset } from '../data/dataset.js';
import { UserError } from '../data/errors.js';
import { fingerprint } from '../data/fingerprint.js';
import { parseJson } from '../data/json.js';
import { decodeSafetensors, encodeSafetensors } from '../data/safetensors.js';
import { validate } from '../data/validate.js';
import type { Change } from './controls.js';
import type { EpochMetrics, MetricTotals } from './evaluate.js';
import { withLabelChannels, withUnweighedKl } from './old-runs.js';

/** Where training stands between two steps. */
export interface Position {
  /** Steps done in all. */
  readonly step: number;
  /** The epoch under way, counted from 1; after the last one, one more. */
  readonly epoch: number;
  /** Batches of it that are done. */
  readonly batch: number;
  /** Sums of the metrics of these. */
  readonly totals: MetricTotals;
}

/**
 * All that training needs to go on as if it had never stopped: plain data. Early stopping, the best
 * epoch and schedules that follow a metric are functions of the history, and all noise is one of
 * seed and step, so that neither is kept.
 */
export interface Checkpoint extends Position {
  /** The settings, data and model that decide the run's numbers, as JSON. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** Seconds that the epoch under way has taken. */
  readonly seconds: number;
  /** The epochs behind. */
  readonly history: readonly EpochMetrics[];
  /** The changes that were made while training ran, in order. */
  readonly changes: readonly Change[];
  /** Steps left out because a number was not finite, and how many of them were the last ones. */
  readonly skipped: { readonly all: number; readonly inRow: number };
  /**
   * By parameter name after what they are: `parameters/encoder.0.weight`, `state/…` of layers,
   * `optimizer/<slot>/…`, `accumulated/…` gradients, `average/…`, `best/…` of the epoch to keep.
   * The same after `anchor/` is what a rollback leads to.
   */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** The tensors of a checkpoint, by what they are for. */
export interface CheckpointTensors {
  /** The whole state by the text of its keys. */
  readonly state: Readonly<Record<string, Tensor>>;
  /** The model's tensors of the epoch to keep, by name. */
  readonly best?: Readonly<Record<string, Tensor>>;
  /** The whole state that a rollback leads to. */
  readonly anchor?: Readonly<Record<string, Tensor>>;
}

/** Sections of a checkpoint's tensors whose names begin with their own. */
const sections = ['best', 'anchor'] as const;

/** The tensors of a checkpoint under one name each. */
export function checkpointTensors(tensors: CheckpointTensors): Record<string, Tensor> {
  const named = sections.flatMap((section) =>
    Object.entries(tensors[section] ?? {}).map(([name, each]) => [`${section}/${name}`, each]),
  );
  return { ...tensors.state, ...Object.fromEntries(named) };
}

/** Tensors whose names begin with a section's, without it. */
function sectionOf({ tensors }: Checkpoint, section: string): Record<string, Tensor> {
  const prefix = `${section}/`;
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, each]) => [name.slice(prefix.length), each]));
}

/** The state of a checkpoint by the text of its keys; that of the anchor is empty where there is none. */
export function stateTensors(
  checkpoint: Checkpoint,
  section?: 'anchor',
): Readonly<Record<string, Tensor>> {
  return section ? sectionOf(checkpoint, section) : checkpoint.tensors;
}

/** The model's tensors of the epoch to keep. */
export function bestTensors(checkpoint: Checkpoint): Record<string, Tensor> {
  return sectionOf(checkpoint, 'best');
}

/** The version of the file's layout that this version writes. */
const format = '2';

/** JSON has no numbers that are not finite. */
const finiteText = (_: string, value: unknown) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

const number = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);
const count = z.int().min(0);
const schema = z.strictObject({
  step: count,
  epoch: z.int().min(1),
  batch: count,
  totals: z.strictObject({ examples: count, sums: z.record(z.string(), number) }),
  identity: z.record(z.string(), z.unknown()),
  seconds: z.number().min(0),
  // A record keeps the order of its keys, so that lines written again are the same.
  history: z.array(z.record(z.string(), number)) as unknown as z.ZodType<EpochMetrics[]>,
  changes: z.array(
    z.strictObject({
      step: count,
      learningRate: z.number().min(0).nullable().optional(),
      rateFactor: z.number().positive().optional(),
      schedules: z.record(z.string(), z.number().nullable()).optional(),
    }),
  ) as unknown as z.ZodType<Change[]>,
  skipped: z.strictObject({ all: count, inRow: count }),
});

/** A checkpoint as the bytes of one safetensors file, with all but the tensors in its metadata. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { tensors, ...rest } = checkpoint;
  return encodeSafetensors(tensors, { format, checkpoint: JSON.stringify(rest, finiteText) });
}

/**
 * The checkpoint in a file.
 * @param name of the file, for messages
 * @throws UserError when the bytes are no checkpoint, damaged, or of a newer format
 */
export function decodeCheckpoint(bytes: Uint8Array, name: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const { format: found, checkpoint } = metadata;
  if (checkpoint === undefined) {
    throw new UserError(`${name} is no checkpoint. Give a file that training wrote.`);
  }
  if (found !== format && found !== '1') {
    throw new UserError(
      `${name}: checkpoints of format ${found} are not known to this version, which reads up to ${format}. Update vaekit.`,
    );
  }
  const rest = validate(schema, parseJson(checkpoint, name), name, { isFile: true });
  return { ...(found === '1' ? fromFormat1(rest) : rest), tensors };
}

/** A checkpoint of version 1 as version 2 has it: both told with the same layouts of run folders. */
function fromFormat1(checkpoint: z.output<typeof schema>): z.output<typeof schema> {
  const { identity, history, totals } = checkpoint;
  const { model } = identity;
  const sums = withUnweighedKl(totals.sums, model);
  // No epoch's mean can be told of a part of it.
  const unknown = 'kl' in totals.sums && !('kl' in sums) ? { kl: Number.NaN } : {};
  return {
    ...checkpoint,
    identity: { ...identity, ...('model' in identity ? { model: withLabelChannels(model) } : {}) },
    history: history.map((line) => withUnweighedKl(line, model)),
    totals: { ...totals, sums: { ...sums, ...unknown } },
  };
}

/** The facts of a dataset that decide a run's numbers. */
export async function dataIdentity(dataset: Dataset): Promise<Record<string, unknown>> {
  const { size, shape, dtype } = dataset;
  return { examples: size, shape, dtype, values: await fingerprint(dataset) };
}

/** Entries of plain data by path: `optimizer.type`. */
function leaves(value: unknown, path: string, into: Map<string, string>): Map<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, each] of Object.entries(value)) {
      leaves(each, path === '' ? key : `${path}.${key}`, into);
    }
  } else if (value !== undefined) {
    into.set(path, JSON.stringify(value, finiteText));
  }
  return into;
}

/**
 * Checks that a checkpoint is one of this very run.
 * @throws UserError that names the first difference
 */
export function checkIdentity(
  checkpoint: Checkpoint,
  identity: Readonly<Record<string, unknown>>,
): void {
  const before = leaves(checkpoint.identity, '', new Map());
  const now = leaves(identity, '', new Map());
  for (const path of new Set([...before.keys(), ...now.keys()])) {
    const [was, is] = [before.get(path), now.get(path)];
    if (was === is) continue;
    throw new UserError(
      `The checkpoint is of another run: its ${path} is ${was ?? 'not given'}, but here it is ${is ?? 'not given'}. Resume with the settings, model and data that it was made with.`,
    );
  }
}
