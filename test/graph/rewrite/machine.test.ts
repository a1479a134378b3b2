import fc from 'fast-check';
import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import {
  compile,
  conv2d,
  convTranspose2d,
  gradient,
  input,
  machineProgram,
  mul,
  type Program,
  relu,
  sum,
  toMachineModel,
  type Value,
  type Window,
} from '../../../src/graph/index.js';
import { unitWindow } from '../../../src/graph/operators/index.js';
import { openInPlace } from '../../../src/runtime/in-place/c-interface.node.js';
import type { VectorSet } from '../../../src/runtime/machine/encoding.js';
import { planOf } from '../../../src/runtime/machine/plan.js';
import { runsMachineCode, vectorSets } from '../../../src/runtime/machine/processor.node.js';
import { fits, numbers, pair } from './images.js';

const padded: Window = { ...unitWindow, pads: [1, 1, 1, 1] };

interface Setting {
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly window: Window;
  readonly isTransposed: boolean;
  readonly hasBias: boolean;
}

const settings: fc.Arbitrary<Setting> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    channels: fc.constantFrom(1, 3, 8, 16, 17, 32),
    // Less than a vector, whole ones and parts of one, and more than registers hold.
    filters: fc.constantFrom(1, 2, 3, 5, 16, 17, 32, 40, 64, 80),
    size: pair(1, 9),
    kernel: pair(1, 4),
    strides: pair(1, 3),
    pads: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
    dilations: fc.constantFrom<[number, number]>([1, 1], [1, 1], [2, 1]),
    isTransposed: fc.boolean(),
    hasBias: fc.boolean(),
  })
  .map(({ strides, pads, dilations, ...rest }) => ({
    ...rest,
    window: { strides, pads, dilations, groups: 1 },
  }))
  .filter(fits);

/** Runs a program by machine code, with memory for outputs as another run has them. */
async function byMachine(
  program: Program,
  feeds: Record<string, Tensor>,
  like: Record<string, Tensor>,
  vectors?: VectorSet,
) {
  const { model, operators } = toMachineModel(machineProgram(program)!);
  const session = await openInPlace(model, { threads: 1, operators, vectors, flush: false });
  const into = Object.fromEntries(
    Object.entries(like).map(([name, { dims, size }]) => {
      // Numbers that nothing has written would be seen.
      const data = new Float32Array(size).fill(Number.NaN);
      return [name, new Tensor('float32', data, dims)];
    }),
  );
  await session.run(feeds, into);
  await session.release();
  return into;
}

function expectClose(own: Tensor, other: Tensor, what: string): void {
  const [left, right] = [own.data as Float32Array, other.data as Float32Array];
  const scale = right.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const off = left.reduce((most, value, i) => {
    const distance = Math.abs(value - right[i]!);
    return Number.isNaN(distance) ? Number.POSITIVE_INFINITY : Math.max(most, distance);
  }, 0);
  expect(off, what).toBeLessThan(3e-6 * scale);
}

/** Compares all outputs of a program with those of the runtime's own operators. */
async function compare(program: Program, batch: number) {
  const own = machineProgram(program);
  if (!own) return [];
  const feeds = Object.fromEntries(
    program.inputs.map(({ operation, shape }, i) => {
      const dims = shape.map((size) => (typeof size === 'string' ? batch : size));
      return [operation.attributes.name as string, numbers(dims, i)];
    }),
  );
  const runtime = await compile(program, { threads: 1 });
  const wanted = await runtime.run(feeds);
  await runtime.release();
  for (const vectors of vectorSets()) {
    const outputs = await byMachine(program, feeds, wanted, vectors);
    for (const [name, tensor] of Object.entries(outputs)) {
      expectClose(tensor, wanted[name]!, `${name} by ${vectors}`);
    }
  }
  return toMachineModel(own).operators.map(planOf);
}

/** A convolution and its derivatives, with the rectifier behind it. */
function programOf(setting: Setting): Program {
  const { channels, filters, size, kernel, window, isTransposed, hasBias } = setting;
  const x = input('x', ['batch', channels, ...size]);
  const w = input('w', [...(isTransposed ? [channels, filters] : [filters, channels]), ...kernel]);
  const b = hasBias ? input('b', [filters]) : undefined;
  const y = relu((isTransposed ? convTranspose2d : conv2d)(x, w, b, window));
  const weights = input('weights', y.shape);
  const inputs = [x, w, ...(b ? [b] : [])];
  const outputs: Record<string, Value> = { y };
  gradient(sum(mul(y, weights)), inputs).forEach((each, i) => {
    outputs[`d${i}`] = each;
  });
  return { inputs: [...inputs, weights], outputs };
}

describe.skipIf(!runsMachineCode())('operators in machine code', () => {
  test('convolutions and their derivatives have the numbers of the runtime', async () => {
    const kinds = new Set<string>();
    await fc.assert(
      fc.asyncProperty(settings, async (setting) => {
        for (const { kind } of await compare(programOf(setting), setting.batch)) kinds.add(kind);
      }),
      { numRuns: 120 },
    );
    expect([...kinds].sort()).toEqual(['gradient', 'narrow', 'permutation', 'product']);
  }, 120_000);

  test('more images than a block has rows, and filters of several vectors', async () => {
    const setting: Setting = {
      ...{ batch: 9, channels: 48, filters: 144, size: [7, 7], kernel: [3, 3] },
      window: padded,
      ...{ isTransposed: false, hasBias: true },
    };
    await compare(programOf(setting), 9);
  });

  test('a kernel that sees nothing but zeros has a gradient of zeros', async () => {
    const setting: Setting = {
      ...{ batch: 2, channels: 17, filters: 17, size: [1, 4], kernel: [2, 4] },
      window: { ...unitWindow, pads: [1, 3, 1, 0], dilations: [2, 1] },
      ...{ isTransposed: false, hasBias: true },
    };
    await compare(programOf(setting), 2);
  });

  test('phases that no tap reaches are the bias alone', async () => {
    const setting: Setting = {
      ...{ batch: 2, channels: 16, filters: 16, size: [3, 2], kernel: [1, 2] },
      window: { ...unitWindow, strides: [3, 3] },
      ...{ isTransposed: true, hasBias: true },
    };
    await compare(programOf(setting), 2);
  });

  test('a product writes rectified numbers, and those that a derivative leaves', async () => {
    const x = input('x', ['batch', 16, 6, 6]);
    const [first, second] = [input('first', [24, 16, 3, 3]), input('second', [32, 24, 3, 3])];
    const hidden = relu(conv2d(x, first, undefined, padded));
    const y = relu(conv2d(hidden, second, undefined, padded));
    const [dx] = gradient(sum(y), [x]);
    const plans = await compare({ inputs: [x, first, second], outputs: { y, dx: dx! } }, 3);
    const fused = plans.flatMap((plan) =>
      plan.kind === 'product' ? [[plan.isRectified, plan.isMasked]] : [],
    );
    expect(fused.sort()).toEqual([
      [false, false],
      [false, true],
      [true, false],
      [true, false],
    ]);
  });

  test('a product whose numbers something else uses too keeps them', async () => {
    const x = input('x', ['batch', 16, 4, 4]);
    const w = input('w', [16, 16, 1, 1]);
    const y = conv2d(x, w, undefined, unitWindow);
    await compare({ inputs: [x, w], outputs: { y, z: relu(y) } }, 2);
  });

  test('no images are no numbers', async () => {
    const x = input('x', ['batch', 16, 4, 4]);
    const w = input('w', [16, 16, 1, 1]);
    const y = conv2d(x, w, undefined, unitWindow);
    const [dw] = gradient(sum(y), [w]);
    const program = { inputs: [x, w], outputs: { y, dw: dw! } };
    const like = { y: numbers([0, 16, 4, 4], 0), dw: numbers([16, 16, 1, 1], 0) };
    const feeds = { x: numbers([0, 16, 4, 4], 0), w: numbers([16, 16, 1, 1], 1) };
    const outputs = await byMachine(program, feeds, like);
    expect((outputs.dw!.data as Float32Array).every((value) => value === 0)).toBe(true);
  });
});

test('images whose pixels need large tables stay with the runtime', () => {
  const isTaken = (side: number) => {
    const x = input('x', ['batch', 16, side, side]);
    const w = input('w', [16, 16, 3, 3]);
    const y = conv2d(x, w, undefined, padded);
    const [dw] = gradient(sum(y), [w]);
    return machineProgram({ inputs: [x, w], outputs: { y, dw: dw! } }) !== undefined;
  };
  expect(isTaken(170)).toBe(runsMachineCode());
  expect(isTaken(171)).toBe(false);
});

test('a processor without it has no such programs', () => {
  const x = input('x', ['batch', 16, 4, 4]);
  const w = input('w', [16, 16, 1, 1]);
  const program = { inputs: [x, w], outputs: { y: conv2d(x, w, undefined, unitWindow) } };
  expect(machineProgram(program) !== undefined).toBe(runsMachineCode());
  const [a, b] = [input('a', [2, 3]), input('b', [2, 3])];
  expect(machineProgram({ inputs: [a, b], outputs: { y: mul(a, b) } })).toBeUndefined();
});
