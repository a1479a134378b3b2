import { elementCount } from '../../data/shape.js';
import { formatTable } from '../../report/table.js';
import type { ParameterSpec } from '../../step/index.js';

export interface SummaryRow {
  /** The layer's path: `encoder.0`. */
  readonly name: string;
  readonly type: string;
  /** Without the batch axis. */
  readonly outputShape: readonly (number | string)[];
  readonly parameters: number;
}

/** A model's layers in order. */
export interface Summary {
  readonly rows: readonly SummaryRow[];
  readonly parameters: number;
}

/** How many numbers the parameters whose names begin with a path hold. */
export function countParameters(specs: readonly ParameterSpec[], path?: string): number {
  return specs
    .filter(({ name }) => path === undefined || name.startsWith(`${path}.`))
    .reduce((total, { shape }) => total + elementCount(shape), 0);
}

/** The layers as a table with their output shapes and parameter counts. */
export function formatSummary(summary: Summary): string {
  return formatTable(
    ['Layer', 'Type', 'Output shape', 'Parameters'],
    summary.rows.map(({ name, type, outputShape, parameters }) => [
      name,
      type,
      `[batch, ${outputShape.join(', ')}]`,
      parameters.toLocaleString('en'),
    ]),
    { footer: `Parameters: ${summary.parameters.toLocaleString('en')}` },
  );
}
