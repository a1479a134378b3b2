import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { compile, gradient, input, mul, sum } from '../../src/graph/index.js';
import { conv2d, convTranspose2d, dense, reshape, VAE } from '../../src/index.js';
import { createScope } from '../../src/nn/index.js';
import { readFixture, readJson, relativeError, withPrefix } from '../fixtures.js';

interface Case {
  readonly x: number[];
  readonly filters: number;
  readonly kernel: [number, number];
  readonly stride?: [number, number];
  readonly padding?: [number, number];
  readonly dilation?: [number, number];
  readonly outputPadding?: [number, number];
  readonly groups?: number;
  readonly transposed?: boolean;
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
async function run(
  { filters, x: shape, transposed, ...options }: Case,
  tensors: Record<string, Tensor>,
  same: boolean,
) {
  const settings = same ? { ...options, padding: 'same' as const } : options;
  const layer = transposed ? convTranspose2d(filters, settings) : conv2d(filters, settings);
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
  const { dims } = tensors.y!;
  const cosines = Float32Array.from({ length: tensors.y!.size }, (_, i) => Math.cos(i));
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

describe('options that do not fit', () => {
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
