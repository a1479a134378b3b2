import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { elementCount } from '../../src/base/shape.js';
import { compile, gradient, input, mul, sum } from '../../src/graph/index.js';
import {
  averagePool1d,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  dense,
  type Layer,
  maxPool1d,
  reshape,
  upsample1d,
  VAE,
} from '../../src/index.js';
import { createScope } from '../../src/nn/index.js';
import { readFixture, readJson, relativeError, withPrefix } from '../fixtures.js';

/** Sizes are of two axes, or of one for sequences. */
interface Case {
  readonly x: number[];
  readonly filters: number;
  readonly kernel: number[];
  readonly stride?: number[];
  readonly padding?: number[];
  readonly dilation?: number[];
  readonly outputPadding?: number[];
  readonly groups?: number;
  readonly transposed?: boolean;
}

/** The layer of a case. */
function layerOf({ x, filters, transposed, groups, ...sizes }: Case, same: boolean): Layer {
  const isSequence = x.length === 3;
  const options = {
    ...(groups ? { groups } : {}),
    ...Object.fromEntries(
      Object.entries(sizes).map(([name, size]) => [name, isSequence ? size[0] : size]),
    ),
    ...(same ? { padding: 'same' } : {}),
  } as object;
  if (isSequence) return transposed ? convTranspose1d(filters, options) : conv1d(filters, options);
  return transposed ? convTranspose2d(filters, options) : conv2d(filters, options);
}

const files = ['torch-convolution', 'keras-same'] as const;
const fixtures = await Promise.all(
  files.map(async (file) => ({
    file,
    cases: Object.entries(await readJson<Record<string, Case>>(`${file}.json`)),
    tensors: await readFixture(`${file}.safetensors`),
  })),
);

/** The layer of a case on its fixture's tensors: its output and gradients. */
async function run(settings: Case, tensors: Record<string, Tensor>, same: boolean) {
  const { x: shape } = settings;
  const layer = layerOf(settings, same);
  const names = ['x', 'weight', 'bias'];
  const x = input('x', ['batch', ...shape.slice(1)]);
  const parameters = new Map([['x', x]]);
  const scope = createScope({
    training: true,
    parameter: (name, size) => {
      expect(size).toEqual(tensors[name]!.dims);
      parameters.set(name, input(name, size));
      return parameters.get(name)!;
    },
    state: () => expect.unreachable(),
    noise: () => expect.unreachable(),
    requireBatch: () => expect.unreachable(),
  });
  const y = layer.apply(x, scope);
  const weights = input('weights', y.shape);
  const gradients = gradient(
    sum(mul(y, weights)),
    names.map((name) => parameters.get(name)!),
  );
  const session = await compile({
    inputs: [...parameters.values(), weights],
    outputs: {
      y,
      ...Object.fromEntries(names.map((name, i) => [`d.${name}`, gradients[i]!])),
    },
  });
  const dims = [shape[0]!, ...(y.shape.slice(1) as number[])];
  const cosines = Float32Array.from({ length: elementCount(dims) }, (_, i) => Math.cos(i));
  const results = await session.run({
    ...Object.fromEntries(names.map((name) => [name, tensors[name]!])),
    weights: new Tensor('float32', cosines, dims),
  });
  await session.release();
  return results;
}

describe.each(fixtures)('convolutions as in $file', ({ file, cases, tensors }) => {
  test.each(cases)('%s', async (name, settings) => {
    const expected = withPrefix(tensors, `${name}/`);
    const results = await run(settings, expected, file === 'keras-same');
    for (const [part, tensor] of Object.entries(results)) {
      expect(tensor.dims, part).toEqual(expected[part]!.dims);
      const error = relativeError(
        tensor.data as Float32Array,
        expected[part]!.data as Float32Array,
      );
      expect(error, part).toBeLessThan(1e-5);
    }
  });
});

/** Numbers in −1 … 1 that differ. */
function tensorOf(dims: readonly number[]): Tensor {
  const values = Float32Array.from({ length: elementCount(dims) }, (_, i) => Math.sin(1.7 * i + 1));
  return new Tensor('float32', values, dims);
}

describe("sequences with Keras's 'same' padding are images of one row", () => {
  const cases: [string, Case][] = [
    ['same', { x: [2, 3, 7], filters: 4, kernel: [3] }],
    ['stride', { x: [2, 8, 8], filters: 4, kernel: [3], stride: [2] }],
    ['even kernel', { x: [2, 9, 5], filters: 2, kernel: [4], stride: [3] }],
    ['transposed', { x: [2, 8, 5], filters: 4, kernel: [3], stride: [2], transposed: true }],
    ['transposed, wide', { x: [2, 3, 4], filters: 4, kernel: [2], stride: [3], transposed: true }],
  ];

  test.each(cases)('%s', async (_, settings) => {
    const { x, filters, kernel, stride = [1], transposed } = settings;
    const [batch, channels, steps] = x as [number, number, number];
    const between = transposed ? [channels, filters] : [filters, channels];
    const tensors = {
      x: tensorOf(x),
      weight: tensorOf([...between, ...kernel]),
      bias: tensorOf([filters]),
    };
    const row: Case = {
      ...settings,
      x: [batch, channels, 1, steps],
      kernel: [1, ...kernel],
      stride: [1, ...stride],
    };
    const results = await run(settings, tensors, true);
    const expected = await run(
      row,
      {
        x: tensors.x.reshape(row.x),
        weight: tensors.weight.reshape([...between, 1, ...kernel]),
        bias: tensors.bias,
      },
      true,
    );
    const length = transposed ? steps * stride[0]! : Math.ceil(steps / stride[0]!);
    expect(results.y!.dims).toEqual([batch, filters, length]);
    for (const [part, { data }] of Object.entries(results)) {
      const error = relativeError(data as Float32Array, expected[part]!.data as Float32Array);
      expect(error, part).toBeLessThan(1e-6);
    }
  });
});

describe('options that do not fit', () => {
  const buildSequence = (layer: Layer) => () =>
    new VAE({
      input: [3, 8],
      latent: 2,
      encoder: [layer],
      decoder: [dense(24), reshape([3, 8])],
    });

  test.each([
    [
      conv1d(4, { kernel: 9 }),
      'encoder.0 (conv1d) does not fit its input [batch, 3, 8]: a window of 9 steps does not fit into 8. Use a smaller one, or padding.',
    ],
    [conv1d(4, { kernel: 3, dilation: 4 }), 'a window of 9 steps does not fit into 8'],
    [maxPool1d(9), 'encoder.0 (maxPool1d) does not fit its input [batch, 3, 8]: a window of 9'],
    [averagePool1d(10), 'a window of 10 steps does not fit into 8'],
    [conv1d(4, { groups: 2 }), '3 channels cannot be cut into 2 groups'],
    [conv2d(4), 'it takes images [batch, channels, height, width]'],
  ])('of sequences, %#', (layer, message) => {
    expect(buildSequence(layer)).toThrow(message);
  });

  test.each([conv1d(3), convTranspose1d(3), maxPool1d(2), averagePool1d(2), upsample1d(2)])(
    'an input that is no sequence, $type',
    (layer) => {
      const decoder = [dense(10), layer];
      expect(() => new VAE({ input: [3, 8], latent: 2, encoder: [], decoder })).toThrow(
        `decoder.1 (${layer.type}) does not fit its input [batch, 10]: it takes sequences [batch, channels, steps]. Put reshape([channels, steps]) before it.`,
      );
    },
  );

  const build = (layer: ReturnType<typeof conv2d>) => () =>
    new VAE({
      input: [3, 8, 8],
      latent: 2,
      encoder: [layer],
      decoder: [dense(192), reshape([3, 8, 8])],
    });

  test.each([
    [conv2d(4, { kernel: 9 }), /encoder\.0 \(conv2d\).*kernel \[9, 9\] does not fit into/],
    [conv2d(4, { groups: 2 }), /encoder\.0 \(conv2d\).*3 channels cannot be cut into 2 groups/],
    [convTranspose2d(4, { outputPadding: 1 }), /output padding of \[1, 1\] must be smaller/],
  ])('%#', (layer, message) => {
    expect(build(layer)).toThrow(message);
  });

  test('an input that is no image', () => {
    const decoder = [dense(10), conv2d(3)];
    expect(() => new VAE({ input: [3, 8, 8], latent: 2, encoder: [], decoder })).toThrow(
      /decoder\.1 \(conv2d\) does not fit its input \[batch, 10\]: .*reshape/,
    );
  });

  test('an unknown option', () => {
    expect(() => conv2d(3, { strides: 2 } as never)).toThrow(
      "conv2d: unknown key 'strides'. Did you mean 'stride'?",
    );
  });
});
