import { Tensor } from 'onnxruntime-common';
import { afterAll, describe, expect, test } from 'vitest';
import { fillUniform, randomStream } from '../../src/base/random.js';
import { type LoopProgram, machineLoop, openLoop, optimizeLoop } from '../../src/graph/index.js';
import { toInPlaceStep } from '../../src/graph/kernel/index.js';
import {
  conv2d,
  convTranspose2d,
  dense,
  flatten,
  fromArray,
  reshape,
  VAE,
} from '../../src/index.js';
import { runsMachineCode } from '../../src/runtime/node.js';
import { sharedMemory, sharedRanks } from '../../src/runtime/ranks/shared.js';
import type { SessionOptions } from '../../src/runtime/session.js';
import { feedsOf, programOf } from './programs.js';

const model = {
  input: [1, 12, 12],
  latent: 3,
  encoder: [
    conv2d(16, { stride: 2, padding: 'same', activation: 'relu' }),
    conv2d(32, { stride: 2, padding: 'same', activation: 'relu' }),
    flatten(),
    dense(8, { activation: 'relu' }),
  ],
  decoder: [
    dense(3 * 3 * 32, { activation: 'relu' }),
    reshape([32, 3, 3]),
    convTranspose2d(32, { stride: 2, padding: 'same', activation: 'relu' }),
    convTranspose2d(16, { stride: 2, padding: 'same', activation: 'relu' }),
    convTranspose2d(1, { padding: 'same' }),
  ],
  seed: 3,
} as const;

const vae = new VAE(model);
afterAll(() => vae.release());

const batchSize = 24;

/** A step whose microbatches have a few examples. */
const program = programOf(vae, 'float32', { batchSize, cacheBytes: 200_000 });

/** Results of three steps. */
async function resultsOf(batch: number, options: SessionOptions, byMachine?: LoopProgram) {
  const session = await openLoop(optimizeLoop(program), options, { byMachine });
  const results = await session.run(feedsOf(program, 7, 3, batch));
  const read = Object.entries(results).map(async ([name, tensor]) => {
    return [name, (await tensor.getData()) as Float32Array] as const;
  });
  const all = Object.fromEntries(await Promise.all(read));
  await session.release();
  return all;
}

describe.skipIf(!runsMachineCode())('a step with convolutions in machine code', () => {
  test('has the losses and gradients of the runtime, of full and of short batches', async () => {
    for (const batch of [batchSize, 7]) {
      const options = { threads: 2, thread: {} };
      const byMachine = machineLoop(program, options)!;
      expect(toInPlaceStep(byMachine)!.operators.length).toBeGreaterThan(8);
      const [own, runtime] = [
        await resultsOf(batch, options, byMachine),
        await resultsOf(batch, { threads: 1 }),
      ];
      for (const [name, values] of Object.entries(runtime)) {
        const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const off = values.map((value, i) => Math.abs(value - own[name]![i]!));
        expect(Math.max(...off), name).toBeLessThanOrEqual(1e-6 * scale);
      }
    }
  });

  test('has the same bits with any number of threads', async () => {
    const byThreads = [1, 2, 3].map((threads) => {
      const options = { threads, thread: {} };
      return resultsOf(batchSize, options, machineLoop(program, options));
    });
    const [one, ...others] = await Promise.all(byThreads);
    for (const other of others) expect(other).toEqual(one);
  });
});

const count = 240;
const values = new Float32Array(count * 144);
fillUniform(randomStream(1, 'images'), values);
const data = fromArray(values, model.input);

/** Losses of each step and validation of a training, by so many ranks. */
async function trained(ranks: number, threads: number) {
  const memory = sharedMemory(ranks);
  const runs = Array.from({ length: ranks }, async (_, rank) => {
    const own = new VAE(model);
    const losses: number[] = [];
    const { epochs } = await own.fit(data, {
      ...{ epochs: 2, batchSize: 120, threads, validation: data, stepsPerCall: 1 },
      callbacks: [{ onProgress: ({ metrics }) => void losses.push(metrics.loss) }],
      ...(ranks > 1 ? { ranks: sharedRanks(rank, ranks, memory) } : {}),
    });
    const parameters = Object.values(own.parameters()).map(({ data }) => data);
    await own.release();
    return { losses, validation: epochs.map((each) => each.validation), parameters };
  });
  return (await Promise.all(runs))[0]!;
}

test('a training has the same bits by one process of any threads, and by two ranks', async () => {
  const one = await trained(1, 1);
  expect(await trained(1, 2)).toEqual(one);
  expect(await trained(2, 1)).toEqual(one);
  expect(await trained(2, 2)).toEqual(one);
}, 60_000);

test('a model used by many examples has the numbers that few have', async () => {
  const latents = new Float32Array(4000 * 3);
  fillUniform(randomStream(2, 'latents'), latents);
  const all = await vae.decode(new Tensor('float32', latents, [4000, 3]));
  const few = await vae.decode(new Tensor('float32', latents.subarray(0, 60), [20, 3]));
  const off = Array.from(few.data as Float32Array, (value, i) =>
    Math.abs(value - (all.data as Float32Array)[i]!),
  );
  expect(Math.max(...off)).toBeLessThan(1e-6);
  const again = await vae.decode(new Tensor('float32', latents, [4000, 3]));
  expect(again.data).toEqual(all.data);
});
