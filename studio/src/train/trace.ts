import type { Checkpoint, EpochMetrics, Metrics, Progress } from '../../../src/training/index.js';

/**
 * The course of a training in a bounded number of means, each over as many steps as every other: plain
 * data.
 */
export interface Trace {
  /** Steps of each mean; a power of two. */
  readonly span: number;
  readonly stepsPerEpoch: number;
  /** Steps that the means are of, from the first on; the last mean may have fewer than `span`. */
  readonly steps: number;
  /** Means over `span` steps in order, by metric. */
  readonly means: Readonly<Record<string, readonly number[]>>;
}

export const emptyTrace: Trace = { span: 1, stepsPerEpoch: 1, steps: 0, means: {} };

/** Means at most: a screen shows no more apart. */
const mostMeans = 600;

const countOf = ({ steps, span }: Trace) => Math.ceil(steps / span);

/** Steps that the mean of this place is of. */
const filled = ({ steps, span }: Trace, place: number) =>
  Math.max(0, Math.min(span, steps - place * span));

/** A trace of spans that are twice as long. */
function coarser(trace: Trace): Trace {
  const span = 2 * trace.span;
  const count = Math.ceil(trace.steps / span);
  const merged = (values: readonly number[]) =>
    Array.from({ length: count }, (_, i) => {
      const [a, b] = [filled(trace, 2 * i), filled(trace, 2 * i + 1)];
      return b === 0 ? values[2 * i]! : (a * values[2 * i]! + b * values[2 * i + 1]!) / (a + b);
    });
  return { ...trace, span, means: mapped(trace.means, merged) };
}

const mapped = <From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, key: string) => To,
): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));

/**
 * A trace that goes on with the means of the next steps. Spans grow until none is shorter than these
 * steps, for means cannot be taken apart.
 * @param until steps of the whole training that are done with them
 */
export function traceWith(trace: Trace, until: number, metrics: Readonly<Record<string, number>>) {
  const { steps: from } = trace;
  if (until <= from) return trace;
  let grown = trace;
  while (grown.span < until - from || until > mostMeans * grown.span) grown = coarser(grown);
  const { span } = grown;
  const first = Math.floor(from / span);
  const means = mapped(metrics, (value, name) => {
    const values = [...(grown.means[name] ?? [])];
    while (values.length < first) values.push(Number.NaN);
    const before = filled(grown, first);
    const added = Math.min(until, (first + 1) * span) - from;
    // A part of a span without this metric does not count.
    const known = before > 0 && Number.isFinite(values[first]) ? before : 0;
    values[first] = ((known && values[first]! * known) + value * added) / (known + added);
    for (let i = first + 1; i * span < until; i++) values[i] = value;
    return values;
  });
  return { ...grown, steps: until, means };
}

/** A trace without the steps after the first `steps`. */
export function traceUntil(trace: Trace, steps: number): Trace {
  if (steps >= trace.steps) return trace;
  const cut = { ...trace, steps };
  return { ...cut, means: mapped(trace.means, (values) => values.slice(0, countOf(cut))) };
}

/** A trace of the means of whole epochs, for a run without a finer trace. */
export function traceOfEpochs(epochs: readonly EpochMetrics[]): Trace {
  const stepsPerEpoch = epochs[0]?.steps ?? 1;
  const empty: Trace = { ...emptyTrace, stepsPerEpoch };
  return epochs.reduce(
    (trace, { epoch, seconds: _, steps: __, ...metrics }) =>
      traceWith(trace, epoch * stepsPerEpoch, trained(metrics)),
    empty,
  );
}

/** The trace that is kept with a run; of one that has none, or an older kind, by its epochs. */
export function traceOfRun({ trace, metrics }: TracedRun): Trace {
  return trace && 'means' in trace ? trace : traceOfEpochs(metrics);
}

interface TracedRun {
  readonly trace?: Trace | readonly unknown[];
  readonly metrics: readonly EpochMetrics[];
}

/** The metrics of training alone. */
const trained = (metrics: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(metrics).filter(([name]) => !name.startsWith('val_')));

/** The points of a trace: each mean stands in the middle of its steps. */
export function pointsOf(trace: Trace): {
  /** Places of the points, in epochs. */
  readonly x: readonly number[];
  readonly means: Trace['means'];
} {
  const count = countOf(trace);
  // A mean over few steps is noisier than the others.
  const shown = count > 1 && 2 * filled(trace, count - 1) < trace.span ? count - 1 : count;
  const x = Array.from(
    { length: shown },
    (_, i) => (i * trace.span + filled(trace, i) / 2) / trace.stepsPerEpoch,
  );
  return { x, means: mapped(trace.means, (values) => values.slice(0, shown)) };
}

/** The latest means, and the steps that they are of; undefined before the first step. */
export function latestOf(trace: Trace) {
  const { x, means } = pointsOf(trace);
  const last = x.length - 1;
  if (last < 0) return undefined;
  return {
    steps: filled(trace, last),
    metrics: mapped(means, (values) => values[last] ?? Number.NaN),
  };
}

/** Follows a training from its first step, or on from a checkpoint. */
export class Tracer {
  private readonly increments: Increments;
  private made: Trace;

  /**
   * @param trace as it was last kept: it may lie before or behind the checkpoint
   * @param checkpoint the place where training goes on
   */
  constructor(trace: Trace, checkpoint?: Checkpoint) {
    const { batch = 0, totals } = checkpoint ?? {};
    this.increments = new Increments(batch, totals && meansOf(totals));
    this.made = checkpoint ? traceAt(trace, checkpoint) : emptyTrace;
  }

  get trace(): Trace {
    return this.made;
  }

  see({ epoch, step, steps, metrics }: Progress): void {
    const trace = { ...this.made, stepsPerEpoch: steps };
    this.made = traceWith(trace, (epoch - 1) * steps + step, this.increments.since(step, metrics));
  }
}

/** A trace as it was at a checkpoint. */
function traceAt(trace: Trace, { step, history, totals }: Checkpoint): Trace {
  const known = trace.steps >= step ? trace : traceOfEpochs(history);
  return traceUntil(traceWith(known, step, meansOf(totals)), step);
}

const meansOf = ({ examples, sums }: Checkpoint['totals']) =>
  examples === 0 ? {} : mapped(sums, (sum) => sum / examples);

/** Turns means over an epoch so far into means over the steps since the last ones. */
export class Increments {
  private sums: Record<string, number>;

  /**
   * @param steps of the epoch under way that were seen before
   * @param means over these
   */
  constructor(
    private steps = 0,
    means: Readonly<Record<string, number>> = {},
  ) {
    this.sums = mapped(means, (mean) => mean * steps);
  }

  /** @param metrics means over the first `steps` steps of the epoch */
  since(steps: number, metrics: Metrics): Metrics {
    const before = steps > this.steps ? this.steps : 0;
    const added = Object.entries(metrics).map(([name, mean]) => {
      const sum = mean * steps;
      const value = (sum - (before === 0 ? 0 : (this.sums[name] ?? 0))) / (steps - before);
      this.sums[name] = sum;
      return [name, value];
    });
    this.steps = steps;
    return Object.fromEntries(added) as Metrics;
  }
}
