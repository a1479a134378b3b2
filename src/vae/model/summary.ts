import { elementCount } from '../../base/shape.js';
import type { Value } from '../../graph/index.js';
import { type Layer, layerName } from '../../nn/index.js';
import { formatTable } from '../../report/table.js';
import { type ParameterSpec, parametersOf } from '../../step/index.js';
import type { BuiltModel } from './built.js';

export interface SummaryRow {
  /** The layer's path: `encoder.0`. */
  readonly name: string;
  readonly type: string;
  /** Shape of the output, without the batch axis. */
  readonly outputShape: readonly (number | string)[];
  readonly parameters: number;
}

/** A model's layers in order. */
export interface Summary {
  readonly rows: readonly SummaryRow[];
  readonly parameters: number;
}

/** Counts the numbers in the parameters whose names begin with a path. */
function countParameters(specs: readonly ParameterSpec[], path?: string): number {
  return specs
    .filter(({ name }) => path === undefined || name.startsWith(`${path}.`))
    .reduce((total, { shape }) => total + elementCount(shape), 0);
}

/** The layers with their output shapes and parameter counts. */
export function layersOf(model: BuiltModel): Summary {
  const { config, network, objective, specs } = model;
  const rows: SummaryRow[] = [];
  const add = (name: string, type: string, outputShape: SummaryRow['outputShape']) => {
    rows.push({ name, type, outputShape, parameters: countParameters(specs, name) });
  };
  const observe = (path: string, layer: Layer, output: Value, nested?: boolean) => {
    if (!nested) add(path, layerName(layer), output.shape.slice(1));
  };
  parametersOf(model.exampleSpecs(), (inputs, scope) => {
    const batch = model.batchOf(inputs);
    const z = network.sample(network.encode(batch, scope, observe), batch, scope);
    if (objective.bottleneck.sampling) add('sampling', 'sampling', z.shape.slice(1));
    return { decoded: network.decode({ z, labels: batch.labels }, scope, observe) };
  });
  if (countParameters(specs, 'likelihood') > 0) {
    add('likelihood', network.likelihood.type, config.input);
  }
  return { rows, parameters: countParameters(specs) };
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
