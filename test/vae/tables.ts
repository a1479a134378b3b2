import { fillNormal, fillUniform, randomStream } from '../../src/base/random.js';
import type { TableColumn } from '../../src/data/column.js';
import { fromArray, type TensorDataset } from '../../src/data/dataset.js';
import { describeInput } from '../../src/data/input.js';
import { dense, VAE, type VAEOptions } from '../../src/index.js';
import { likelihoodFromConfig } from '../../src/vae/likelihoods/index.js';

export function column(
  name: string,
  kind: TableColumn['kind'],
  more: Partial<TableColumn> = {},
): TableColumn {
  const type = kind === 'categorical' ? 'text' : 'number';
  return { name, kind, type, missing: 0, ...more };
}

/** Rows of a table in memory; NaN is a value that is missing. */
export function rowsOf(
  columns: readonly TableColumn[],
  rows: readonly (readonly number[])[],
): TensorDataset {
  const values = Float32Array.from(rows.flat());
  return fromArray(values, [columns.length], { name: 'rows', columns, table: columns });
}

/** A small model of rows. */
export function tableVAE(
  columns: readonly TableColumn[],
  { width = 16, ...options }: Partial<VAEOptions> & { width?: number } = {},
): VAE {
  const input = [columns.length];
  const example = { kind: 'table', columns } as const;
  const { parameterShape } = likelihoodFromConfig('table', describeInput(input, example));
  return new VAE({
    input,
    latent: 2,
    example,
    encoder: [dense(width, { activation: 'tanh' })],
    decoder: [dense(width, { activation: 'tanh' }), dense(parameterShape[0]!)],
    likelihood: 'table',
    ...(options.objective ? {} : { kl: { weight: 0.5, reduction: 'sum' as const } }),
    seed: 1,
    ...options,
  });
}

export const uniforms = (count: number, name: string) => {
  const values = new Float32Array(count);
  fillUniform(randomStream(3, name), values);
  return values;
};

export const normals = (count: number, name: string) => {
  const values = new Float32Array(count);
  fillNormal(randomStream(3, name), values);
  return values;
};
