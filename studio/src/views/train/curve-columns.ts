import type { EpochMetrics } from '../../../../src/training/index.js';
import { pointsOf, type Trace, traceOfEpochs } from '../../train/trace.js';

type Column = readonly (number | null)[];

/** Columns of a chart: null where there is no value. */
export interface CurveColumns {
  /** Epochs; each is there once: of several, the chart leaves all but one out of its range. */
  readonly x: readonly number[];
  /** Means of a metric over equal spans of steps, each in the middle of its span. */
  trained(metric: string): Column;
  /** The metric on validation data, at the ends of epochs. */
  validated(metric: string): Column;
}

/** Columns of a chart of a training; of a run without a trace, by its epochs. */
export function curveColumns(trace: Trace, epochs: readonly EpochMetrics[]): CurveColumns {
  const points = pointsOf(trace.steps > 0 ? trace : traceOfEpochs(epochs));
  const places = new Map(points.x.map((x, i) => [x, i]));
  const validations = validationSpans(epochs);
  const x = [...new Set([...places.keys(), ...validations.keys()])].sort((a, b) => a - b);
  const column = (pick: (x: number) => number | undefined): Column =>
    x.map((at) => {
      const value = pick(at);
      return value !== undefined && Number.isFinite(value) ? value : null;
    });
  return {
    x,
    trained: (metric) => column((at) => points.means[metric]?.[places.get(at) ?? -1]),
    validated: (metric) => column((at) => meanOf(validations.get(at), `val_${metric}`)),
  };
}

/** Epochs at most: a screen shows no more apart. */
const mostValidations = 600;

/** Validated epochs by their place on the axis: each by itself, or as many together in a long training. */
function validationSpans(
  epochs: readonly EpochMetrics[],
): ReadonlyMap<number, readonly EpochMetrics[]> {
  const validated = epochs.filter(({ val_loss: loss }) => loss !== undefined);
  let span = 1;
  while (validated.length > mostValidations * span) span *= 2;
  const spans = Array.from({ length: Math.ceil(validated.length / span) }, (_, i) =>
    validated.slice(i * span, (i + 1) * span),
  );
  return new Map(spans.map((lines) => [(lines[0]!.epoch + lines.at(-1)!.epoch) / 2, lines]));
}

const meanOf = (lines: readonly EpochMetrics[] | undefined, metric: string) =>
  lines && lines.reduce((sum, line) => sum + (line[metric] ?? Number.NaN), 0) / lines.length;
