import type { EpochMetrics } from '../../../../src/training/index.js';
import type { Point, Trace } from '../../train/trace.js';

interface Row {
  readonly point?: Point;
  readonly line?: EpochMetrics;
}

/**
 * Columns of a chart: means over some steps, and numbers of whole epochs; null where there is none.
 * Each x is there once: of several, the chart leaves all but one out of its range.
 */
export function curveColumns(trace: Trace, epochs: readonly EpochMetrics[]) {
  const byX = new Map<number, Row>();
  for (const point of trace) byX.set(point.epochs, { point });
  for (const line of epochs) byX.set(line.epoch, { ...byX.get(line.epoch), line });
  const rows = [...byX].sort(([a], [b]) => a - b);
  const column = (pick: (row: Row) => number | undefined) =>
    rows.map(([, row]) => pick(row) ?? null);
  return {
    x: rows.map(([x]) => x),
    loss: column(({ point }) => point?.loss),
    reconstruction: column(({ point }) => point?.reconstruction),
    kl: column(({ point }) => point?.kl),
    valLoss: column(({ line }) => line?.val_loss),
    valKl: column(({ line }) => line?.val_kl),
  };
}
