import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillNormal, randomStream } from '../../../src/base/random.js';
import { elementCount } from '../../../src/base/shape.js';
import { toModel } from '../../../src/graph/onnx/index.js';
import { gemm, sigmoid } from '../../../src/graph/operators/index.js';
import { input } from '../../../src/graph/value.js';
import { placed } from '../../../src/runtime/in-place/c-interface.node.js';
import { hasKoffi } from '../../../src/runtime/in-place/koffi.node.js';
import { openNative } from '../../../src/runtime/native.node.js';
import { fromPlain, type PlainTensor, rowsOf } from '../../../src/runtime/plain-tensor.js';
import { openRowLanes } from '../../../src/runtime/rows/lanes.node.js';
import type { RowLanes, RowsCall } from '../../../src/runtime/rows/rows.js';
import { rowThreads } from '../../../src/runtime/thread/thread.node.js';
import { runBeside } from '../../beside.js';

const [wide, size] = [512, 64];
const [x, w] = [input('x', ['n', wide]), input('w', [wide, wide])];
const model = toModel({
  inputs: [x, w],
  outputs: { squashed: sigmoid(gemm(sigmoid(gemm(x, w)), w)) },
});

function normal(name: string, dims: readonly number[]): PlainTensor {
  const data = new Float32Array(elementCount(dims));
  fillNormal(randomStream(1, name), data);
  return { type: 'float32', dims, data };
}
const weight = normal('w', [wide, wide]);
const machineModel = { model, operators: [] };
const examples = normal('x', [3000, wide]);
const memory = (count: number): PlainTensor => ({
  type: 'float32',
  dims: [count, wide],
  data: new Float32Array(count * wide),
});
const callOf = (rows: PlainTensor, into: PlainTensor, signal?: AbortSignal): RowsCall => ({
  rows: { x: rows },
  shared: { w: weight },
  into: { squashed: into },
  ...{ size, signal },
});

/** Expects the same bits. Vitest would take seconds to compare so many numbers. */
function expectSame({ data }: PlainTensor, numbers: Float32Array): void {
  expect(data.length).toBe(numbers.length);
  expect((data as Float32Array).findIndex((value, i) => !Object.is(value, numbers[i]))).toBe(-1);
}

const canBeBeside = hasKoffi() && availableParallelism() > 1;

test.skipIf(canBeBeside)('there are none where there is one processor, or no koffi', async () => {
  expect(await openRowLanes(machineModel)).toBeUndefined();
});

test.skipIf(!canBeBeside)('a model that cannot be loaded is refused', async () => {
  await expect(openRowLanes({ model: new Uint8Array(8), operators: [] })).rejects.toThrow();
});

let lanes: RowLanes;
/** The outputs of all examples, by a session of one thread. */
let wanted: Float32Array;

beforeAll(async () => {
  if (!canBeBeside) return;
  lanes = (await openRowLanes(machineModel))!;
  const session = await openNative(model, { threads: 1 }, false);
  wanted = new Float32Array(3000 * wide);
  for (let start = 0; start < 3000; start += size) {
    const rows = rowsOf(examples, start, Math.min(start + size, 3000));
    const { squashed } = await session.run({ x: fromPlain(rows), w: fromPlain(weight) });
    wanted.set(squashed!.data as Float32Array, start * wide);
  }
  await session.release();
});
afterAll(() => lanes?.release());

test.skipIf(!canBeBeside)('rows have the same bits, whichever lane computes them', async () => {
  expect(lanes.count).toBeGreaterThan(1);
  // The first call may be over before another lane is there.
  for (let call = 0; call < 5; call++) {
    const into = memory(3000);
    await lanes.run(callOf(examples, into));
    expectSame(into, wanted);
  }
});

test.skipIf(!canBeBeside)(
  'a lane on another thread computes all rows where it is alone',
  async () => {
    const [thread] = rowThreads(1);
    const lane = await thread!.rows(machineModel, 1);
    const into = memory(3000);
    const begun = new Int32Array(new SharedArrayBuffer(4));
    await lane.work({
      ...{ count: 3000, size, begun },
      rows: { x: placed(examples) },
      shared: { w: placed(weight) },
      into: { squashed: placed(into) },
    });
    expectSame(into, wanted);
    await lane.release();
  },
);

test.skipIf(!canBeBeside)('calls at a time, and of few rows, have their own outputs', async () => {
  const counts = [1, 63, 64, 65, 1000];
  const all = counts.map(memory);
  await Promise.all(
    counts.map((count, i) => lanes.run(callOf(rowsOf(examples, 0, count), all[i]!))),
  );
  for (const [i, count] of counts.entries()) {
    const whole = Math.floor(count / size) * size;
    expectSame(rowsOf(all[i]!, 0, whole), wanted.subarray(0, whole * wide));
    const rest = rowsOf(all[i]!, whole, count).data as Float32Array;
    const apart = rest.map((value, k) => Math.abs(value - wanted[whole * wide + k]!));
    // A call of one row takes another product, which sums up in another order.
    expect(Math.max(0, ...apart)).toBeLessThan(1e-5);
  }
});

test.skipIf(!canBeBeside)(
  'inputs may be changed, and their memory handed over, while lanes work',
  async () => {
    const own: PlainTensor = { ...examples, data: (examples.data as Float32Array).slice() };
    const into = memory(3000);
    const running = lanes.run(callOf(own, into));
    await Promise.resolve();
    structuredClone(own.data, { transfer: [own.data.buffer as ArrayBuffer] });
    await running;
    expectSame(into, wanted);
  },
);

test.skipIf(!canBeBeside)('a call stops when it is told to', async () => {
  const stop = new AbortController();
  const into = memory(3000);
  const running = lanes.run(callOf(examples, into, stop.signal));
  setTimeout(() => stop.abort(new Error('enough')));
  await expect(running).rejects.toThrow('enough');
  expectSame(rowsOf(into, 3000 - size, 3000), new Float32Array(size * wide));
  await expect(lanes.run(callOf(examples, into, stop.signal))).rejects.toThrow('enough');
  await lanes.run(callOf(examples, into));
  expectSame(into, wanted);
});

/** A program with work enough for lanes. */
const program = `
import { dense, reshape, VAE } from './index.js';
import { Tensor } from 'onnxruntime-common';
const vae = new VAE({
  ...{ input: [1, 16, 16], latent: 2, encoder: [dense(2)] },
  decoder: [dense(512), dense(512), dense(256), reshape([1, 16, 16])],
});
const z = new Tensor('float32', new Float32Array(2 * 4000), [4000, 2]);
for (let pass = 0; pass < 3; pass++) console.log((await vae.decode(z)).dims.join());
`;

test('where a program may start no threads, one session computes all', async () => {
  const isStable = process.allowedNodeEnvironmentFlags.has('--permission');
  const permission = isStable ? '--permission' : '--experimental-permission';
  const flags = [permission, '--allow-fs-read=*', '--allow-addons'];
  expect(await runBeside(program, { flags })).toBe('4000,1,16,16\n'.repeat(3));
});
