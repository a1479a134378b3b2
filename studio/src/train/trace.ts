import type { Metrics } from '../../../src/training/index.js';

/** Means over the images of some steps of training, in nats. */
export interface Point {
  /** Epochs done, with the part of the epoch under way. */
  readonly epochs: number;
  readonly loss: number;
  readonly reconstruction: number;
  /** Absent where the loss has no KL term. */
  readonly kl?: number;
}

export type Trace = readonly Point[];

/** More points than a screen shows apart. */
const mostPoints = 600;

/** A trace with one more point; when it grows long, neighbours are taken together. */
export function traceWith(trace: Trace, point: Point): Trace {
  const longer = [...trace, point];
  if (longer.length <= mostPoints) return longer;
  return Array.from({ length: Math.ceil(longer.length / 2) }, (_, i) => {
    const [a, b] = [longer[2 * i]!, longer[2 * i + 1]];
    return b ? between(a, b) : a;
  });
}

function between(a: Point, b: Point): Point {
  const mean = (x: number, y: number) => (x + y) / 2;
  return {
    epochs: b.epochs,
    loss: mean(a.loss, b.loss),
    reconstruction: mean(a.reconstruction, b.reconstruction),
    ...(a.kl === undefined || b.kl === undefined ? {} : { kl: mean(a.kl, b.kl) }),
  };
}

/** Turns means over an epoch so far into means over the steps since the last ones. */
export class Increments {
  private steps = 0;
  private readonly sums: Record<string, number> = {};

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
