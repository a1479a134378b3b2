import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { fillBernoulli, fillNormal, randomStream } from '../../src/base/random.js';
import { compile, gradient, input, mul, sum, type Value } from '../../src/graph/index.js';
import { dropout } from '../../src/index.js';
import { createScope, layerFromConfig, layerToConfig } from '../../src/nn/index.js';
import { readFixture, readJson, relativeError, withPrefix } from '../fixtures.js';

interface Case {
  readonly layer: Record<string, unknown>;
  readonly training: boolean;
}

const files = ['torch-layers', 'keras-pooling'] as const;
const fixtures = await Promise.all(
  files.map(async (file) => ({
    file,
    cases: Object.entries(await readJson<Record<string, Case>>(`${file}.json`)),
    tensors: await readFixture(`${file}.safetensors`),
  })),
);

/** The layer of a case on its fixture's tensors: its output, gradients and next states. */
async function run({ layer: config, training }: Case, tensors: Record<string, Tensor>) {
  const layer = layerFromConfig(config, 'layer');
  const written = JSON.parse(JSON.stringify(layerToConfig(layer)));
  expect(layerToConfig(layerFromConfig(written, 'layer'))).toEqual(layerToConfig(layer));
  const x = input('x', ['batch', ...tensors.x!.dims.slice(1)]);
  const inputs = new Map([['x', x]]);
  const trained = ['x'];
  const next: Record<string, Value> = {};
  const tensor = (name: string, shape: readonly number[]) => {
    expect(shape, name).toEqual(tensors[name]!.dims);
    const value = inputs.get(name) ?? input(name, shape);
    inputs.set(name, value);
    return value;
  };
  const scope = createScope({
    training,
    parameter: (name, shape) => {
      trained.push(name);
      return tensor(name, shape);
    },
    state: (name, shape) => ({
      value: tensor(name, shape),
      update: (value) => {
        next[`next.${name}`] = value;
      },
    }),
    noise: () => expect.unreachable(),
    requireBatch: (_, least) => expect(tensors.x!.dims[0]).toBeGreaterThanOrEqual(least),
  });
  const y = layer.apply(x, scope);
  const weights = input('weights', y.shape);
  const gradients = gradient(
    sum(mul(y, weights)),
    trained.map((name) => inputs.get(name)!),
  );
  const { dims, size } = tensors.y!;
  const cosines = Float32Array.from({ length: size }, (_, i) => Math.cos(i));
  const session = await compile({
    inputs: [...inputs.values(), weights],
    outputs: {
      y,
      ...next,
      ...Object.fromEntries(trained.map((name, i) => [`d.${name}`, gradients[i]!])),
    },
  });
  try {
    return await session.run({
      ...Object.fromEntries([...inputs.keys()].map((name) => [name, tensors[name]!])),
      weights: new Tensor('float32', cosines, dims),
    });
  } finally {
    await session.release();
  }
}

const normOf = ({ data }: Tensor) => Math.hypot(...(data as Float32Array));

describe.each(fixtures)('layers as in $file', ({ cases, tensors }) => {
  test.each(cases)('%s', async (name, settings) => {
    const expected = withPrefix(tensors, `${name}/`);
    const results = await run(settings, expected);
    const parts = Object.keys(expected).filter((part) => /^(y$|d\.|next\.)/.test(part));
    if (settings.training) expect(Object.keys(results).sort()).toEqual(parts.sort());
    const largest = Math.max(...parts.map((part) => normOf(expected[part]!)));
    for (const [part, tensor] of Object.entries(results)) {
      const peer = expected[part]!;
      expect(tensor.dims, part).toEqual(peer.dims);
      const error = relativeError(tensor.data as Float32Array, peer.data as Float32Array);
      // A gradient may cancel out nearly or wholly, as by the bias of attention's keys: then only the size of its
      // parts says how exact it can be.
      const room = Math.max(1, (1e-2 * largest) / normOf(peer));
      expect(error / room, part).toBeLessThan(1e-5);
    }
  });
});

describe('dropout in training', () => {
  const size = 20_000;

  test.each([0.1, 0.5, 0.9])('keeps the mean at rate %f', async (rate) => {
    const noise: Value[] = [];
    const x = input('x', ['batch', 4]);
    const scope = createScope({
      training: true,
      parameter: () => expect.unreachable(),
      state: () => expect.unreachable(),
      noise: (_, kind, shape) => {
        expect(kind).toEqual({ bernoulli: 1 - rate });
        noise.push(input('noise', shape, 'uint8'));
        return noise[0]!;
      },
      requireBatch: () => expect.unreachable(),
    });
    const y = dropout(rate).apply(x, scope);
    const session = await compile({
      inputs: [x, ...noise],
      outputs: { y, d: gradient(sum(y), [x])[0]! },
    });
    const normal = new Float32Array(size);
    fillNormal(randomStream(1, 'x'), normal);
    const values = normal.map((value) => value + 3);
    const kept = new Uint8Array(size);
    fillBernoulli(randomStream(1, 'noise'), kept, 1 - rate);
    const results = await session.run({
      x: new Tensor('float32', values, [size / 4, 4]),
      noise: new Tensor('uint8', kept, [size / 4, 4]),
    });
    await session.release();
    const [out, slope] = [results.y!.data, results.d!.data] as [Float32Array, Float32Array];
    const mean = (list: Float32Array) => list.reduce((a, b) => a + b, 0) / size;
    // Standard deviations of the two means over so many elements.
    const spread = Math.sqrt((rate * (1 - rate)) / size);
    expect(Math.abs(out.filter((value) => value === 0).length / size - rate)).toBeLessThan(
      4 * spread,
    );
    expect(Math.abs(mean(out) - mean(values))).toBeLessThan((4 * 3.2 * spread) / (1 - rate));
    out.forEach((value, i) => {
      const factor = value === 0 ? 0 : 1 / (1 - rate);
      expect(slope[i]).toBeCloseTo(factor, 5);
      expect(value).toBeCloseTo(values[i]! * factor, 4);
    });
  });

  test.each([-0.1, 1, Number.NaN])('refuses the rate %f', (rate) => {
    expect(() => dropout(rate)).toThrow(/^dropout: rate: |^dropout\.rate: /);
  });
});
