import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import {
  add,
  compile,
  constant,
  gradient,
  input,
  mul,
  sum,
  type Value,
} from '../../../src/graph/index.js';
import { createScope, type Scope } from '../../../src/nn/index.js';
import {
  type AutoregressiveOptions,
  autoregressive,
  type Flowed,
  inverseAutoregressive,
  planar,
  radial,
} from '../../../src/vae/flows/index.js';
import { readFixture, relativeError, withPrefix } from '../../fixtures.js';

/** Tensors that bench/peers/flow_fixtures.py wrote. */
const fixture = await readFixture('torch-flows.safetensors');
const z = fixture.z!;

const options = (form: AutoregressiveOptions['form'], context?: Value): AutoregressiveOptions => ({
  blocks: 3,
  form,
  hidden: [6, 4],
  activation: 'tanh',
  context,
});

type Flow = (x: Value, of: (name: string) => Value, scope: Scope) => Flowed;

const flows: Record<string, Flow> = {
  planar: (x, of) => planar(x, { u: of('u'), w: of('w'), b: of('b') }),
  radial: (x, of) => radial(x, { center: of('center'), alpha: of('alpha'), beta: of('beta') }),
  standardizing: (x, _, scope) => autoregressive(x, options('standardizing'), scope),
  scaling: (x, _, scope) => autoregressive(x, options('scaling'), scope),
  gated: (x, of, scope) => autoregressive(x, options('gated', of('context')), scope),
};

/** A flow's outputs and gradients on tensors by name. */
async function run(flow: Flow, given: Readonly<Record<string, Tensor>>) {
  const inputs = new Map([['z', input('z', [5, 3])]]);
  const of = (name: string, shape: readonly number[]) => {
    const value = inputs.get(name) ?? input(name, shape);
    inputs.set(name, value);
    return value;
  };
  const scope = createScope({
    training: true,
    parameter: (name, shape) => {
      expect(shape, name).toEqual(given[name]!.dims);
      return of(name, shape);
    },
    state: () => expect.unreachable(),
    noise: () => expect.unreachable(),
    requireBatch: () => expect.unreachable(),
  });
  const flowed = flow(inputs.get('z')!, (name) => of(name, given[name]!.dims), scope);
  const cosines = Array.from({ length: z.size }, (_, i) => Math.cos(i));
  const judged = add(sum(mul(flowed.z, constant(cosines, [5, 3]))), sum(flowed.logDet));
  const gradients = gradient(judged, [...inputs.values()]);
  const names = [...inputs.keys()];
  const session = await compile({
    inputs: [...inputs.values()],
    outputs: {
      out: flowed.z,
      logDet: flowed.logDet,
      ...Object.fromEntries(names.map((name, i) => [`d.${name}`, gradients[i]!])),
    },
  });
  try {
    return await session.run(Object.fromEntries(names.map((name) => [name, given[name]!])));
  } finally {
    await session.release();
  }
}

const givenTo = (name: string): Record<string, Tensor> => ({
  ...withPrefix(fixture, `${name}.`),
  z,
  context: fixture.context!,
});

describe.each(Object.keys(flows))('%s', (name) => {
  test('maps, log determinants and gradients are as by PyTorch', async () => {
    const found = await run(flows[name]!, givenTo(name));
    const expected = withPrefix(fixture, `${name}.`);
    for (const [output, { data, dims }] of Object.entries(found)) {
      const peer = expected[output]!;
      expect(dims, output).toEqual(peer.dims);
      const error = relativeError(data as Float32Array, peer.data as Float32Array);
      expect(error, output).toBeLessThan(1e-5);
    }
    expect(Object.keys(found).length).toBe(Object.keys(expected).filter(isOutput).length);
  });
});

/** True where a tensor of the fixture is an output, and no parameter. */
const isOutput = (name: string) => /^(out|logDet|d\..*)$/.test(name);

test.each(['standardizing', 'scaling', 'gated'] as const)(
  'the inverse of %s undoes it',
  async (name) => {
    const inverse: Flow = (x, of, scope) =>
      inverseAutoregressive(x, options(name, name === 'gated' ? of('context') : undefined), scope);
    const given = givenTo(name);
    const { out, logDet } = await run(inverse, { ...given, z: given.out! });
    expect(relativeError(out!.data as Float32Array, z.data as Float32Array)).toBeLessThan(1e-5);
    const opposite = (logDet!.data as Float32Array).map((x) => -x);
    expect(relativeError(opposite, given.logDet!.data as Float32Array)).toBeLessThan(1e-5);
  },
);

test('a planar flow of no direction leaves latents where they are, and is finite', async () => {
  const zeros = (width: number) => new Tensor('float32', new Float32Array(5 * width), [5, width]);
  const { out, logDet } = await run(flows.planar!, {
    z,
    u: zeros(3),
    w: zeros(3),
    b: zeros(1),
  });
  expect([...(out!.data as Float32Array)]).toEqual([...(z.data as Float32Array)]);
  expect((logDet!.data as Float32Array).every(Number.isFinite)).toBe(true);
});
