import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import type { Dataset } from '../data/dataset.js';
import { fingerprint } from '../data/fingerprint.js';
import type { Change } from './controls.js';
import type { EpochMetrics, MetricTotals } from './evaluate.js';
import { numbersInForce, settingsInForce } from './in-force.js';

/** Tells where training stands between two steps. */
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
 * A state from which training goes on as if it had never stopped: plain data. Early stopping, the best
 * epoch and schedules that follow a metric are functions of the history, and all noise is a function of
 * seed and step, so none of these is kept.
 */
export interface Checkpoint extends Position {
  /** The settings, data and model that decide the run's numbers, as JSON. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** Seconds that the epoch under way has taken. */
  readonly seconds: number;
  /** Epochs of the first training, over which schedules without a length of their own run. */
  readonly scheduleEpochs?: number | undefined;
  /** The epochs behind. */
  readonly history: readonly EpochMetrics[];
  /** The changes that were made while training ran, in order. */
  readonly changes: readonly Change[];
  /** Steps left out because a number was not finite, and how many of them were the last ones. */
  readonly skipped: { readonly all: number; readonly inRow: number };
  /**
   * Tensors by kind, then by parameter name: `parameters/encoder.0.weight`, `state/…` of layers,
   * `optimizer/<slot>/…`, `accumulated/…` gradients, `average/…`, `best/…` of the epoch to keep.
   * A rollback leads to the same tensors under `anchor/`.
   */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** The tensors of a checkpoint, by purpose. */
export interface CheckpointTensors {
  /** The whole state by the text of its keys. */
  readonly state: Readonly<Record<string, Tensor>>;
  /** The model's tensors of the epoch to keep, by name. */
  readonly best?: Readonly<Record<string, Tensor>>;
  /** The whole state that a rollback leads to. */
  readonly anchor?: Readonly<Record<string, Tensor>>;
}

/** Sections of a checkpoint's tensors; the names of a section's tensors begin with its own. */
const sections = ['best', 'anchor'] as const;

/** The tensors of a checkpoint under one name each. */
export function checkpointTensors(tensors: CheckpointTensors): Record<string, Tensor> {
  const named = sections.flatMap((section) =>
    Object.entries(tensors[section] ?? {}).map(([name, each]) => [`${section}/${name}`, each]),
  );
  return { ...tensors.state, ...Object.fromEntries(named) };
}

/** The tensors of a section, by names without the section's. */
function sectionOf({ tensors }: Checkpoint, section: string): Record<string, Tensor> {
  const prefix = `${section}/`;
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, each]) => [name.slice(prefix.length), each]));
}

/** The state of a checkpoint by the text of its keys; empty for an anchor that it does not have. */
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

/** A value for JSON, which has no numbers that are not finite: they become words. */
export const finiteText = (_: string, value: unknown) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

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

const isSame = (some: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>) =>
  some.size === others.size && [...some].every(([path, value]) => others.get(path) === value);

/**
 * Checks that a checkpoint is one of this very run. Numbers that were changed while it trained may be
 * told as they were planned, or all as they are in force.
 * @throws UserError that names the first difference
 */
export function checkIdentity(
  checkpoint: Checkpoint,
  identity: Readonly<Record<string, unknown>>,
): void {
  const before = leaves(checkpoint.identity, '', new Map());
  const now = leaves(identity, '', new Map());
  const numbers = numbersInForce(checkpoint.changes);
  const changed = leaves(settingsInForce(checkpoint.identity, numbers), '', new Map());
  if (isSame(changed, now)) return;
  for (const path of new Set([...before.keys(), ...now.keys()])) {
    const [was, is] = [before.get(path), now.get(path)];
    if (was === is) continue;
    throw new UserError(
      `The checkpoint is of another run: its ${path} is ${was ?? 'not given'}, but here it is ${is ?? 'not given'}. Resume with the settings, model and data that it was made with.`,
    );
  }
}
