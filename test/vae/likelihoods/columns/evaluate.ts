import { Tensor } from 'onnxruntime-common';
import { randomStream } from '../../../../src/base/random.js';
import { elementCount } from '../../../../src/base/shape.js';
import { compile, gradient, input, sum, type Value } from '../../../../src/graph/index.js';
import { drawNoise, noiseArray, noiseType } from '../../../../src/step/noise.js';
import type {
  ColumnGroup,
  ColumnLikelihood,
} from '../../../../src/vae/likelihoods/columns/column-likelihood.js';

export type Numbers = ArrayLike<number>;

/** Values of columns of one likelihood: n of them, N rows. */
export interface Given {
  /** [N, n]; zeros when left out. */
  readonly x?: Numbers;
  /** [N, n, k] */
  readonly parameters: Numbers;
  readonly rows: number;
  readonly columns: number;
  readonly categories?: number;
  /** [n, ...] each. */
  readonly statistics: Readonly<Record<string, Numbers>>;
  /** Values of trained tensors, which are zeros when left out. */
  readonly moved?: Readonly<Record<string, Numbers>>;
  readonly seed?: number;
}

const tensor = (values: Numbers, dims: readonly number[]) =>
  new Tensor('float32', Float32Array.from(values), dims);

/** Nats, their gradients, typical values and a draw, by ONNX Runtime. */
export async function evaluate(likelihood: ColumnLikelihood, given: Given) {
  const { rows, columns, categories = 0, moved = {}, seed = 1 } = given;
  const k = likelihood.parametersPerColumn(categories);
  const shapes = likelihood.statistics(categories);
  const feeds: Record<string, Tensor> = {
    x: tensor(given.x ?? new Float32Array(rows * columns), [rows, columns]),
    parameters: tensor(given.parameters, [rows, columns, k]),
  };
  const x = input('x', ['batch', columns]);
  const parameters = input('parameters', ['batch', columns, k]);
  const inputs = new Map<string, Value>([
    ['x', x],
    ['parameters', parameters],
  ]);
  const fed = (name: string, shape: readonly number[], values: Numbers) => {
    feeds[name] = tensor(values, shape);
    const value = inputs.get(name) ?? input(name, shape);
    inputs.set(name, value);
    return value;
  };
  const trained = new Map<string, Value>();
  let draws = 0;
  const noise = (kind: 'normal' | 'uniform') => (shape: Value['shape']) => {
    const name = `noise${draws++}`;
    const dims = shape.map((size) => (typeof size === 'number' ? size : rows));
    const values = new (noiseArray(kind))(elementCount(dims));
    drawNoise(kind, randomStream(seed, name), values);
    feeds[name] = new Tensor(noiseType(kind), values, dims);
    const value = input(name, shape);
    inputs.set(name, value);
    return value;
  };
  const group: ColumnGroup = {
    columns,
    categories,
    statistic: (name) =>
      fed(`statistic/${name}`, [columns, ...shapes[name]!], given.statistics[name]!),
    parameter(name, inner) {
      // Statistics and parameters are tensors of one scope.
      if (name in shapes) throw new Error(`${name} is the name of a statistic, too.`);
      const shape = [columns, ...inner];
      const value = fed(name, shape, moved[name] ?? new Float32Array(elementCount(shape)));
      trained.set(name, value);
      return value;
    },
    normal: noise('normal'),
    uniform: noise('uniform'),
  };
  const nats = likelihood.negativeLogLikelihood(x, parameters, group);
  const outputs: Record<string, Value> = {
    nats,
    typical: likelihood.typical(parameters, group),
    drawn: likelihood.draw(parameters, group),
  };
  const by = { parameters, ...Object.fromEntries(trained) };
  gradient(sum(nats), Object.values(by)).forEach((value, i) => {
    outputs[`by/${Object.keys(by)[i]}`] = value;
  });
  const session = await compile({ inputs: [...inputs.values()], outputs }, { threads: 1 });
  const results = await session.run(feeds);
  await session.release();
  const of = (name: string) => results[name]!.data as Float32Array;
  return {
    nats: of('nats'),
    typical: of('typical'),
    drawn: of('drawn'),
    gradients: Object.fromEntries(Object.keys(by).map((name) => [name, of(`by/${name}`)])),
  };
}

/** A column at parameters of one row, in each of many: its statistics are single numbers. */
export function repeated(
  parameters: Numbers,
  statistics: Readonly<Record<string, number>>,
  rows: number,
): Given {
  const k = parameters.length;
  return {
    rows,
    columns: 1,
    parameters: Float32Array.from({ length: rows * k }, (_, i) => parameters[i % k]!),
    statistics: Object.fromEntries(Object.entries(statistics).map(([name, v]) => [name, [v]])),
  };
}
