import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { optimizeLoop } from '../../src/graph/compile.js';
import { compileLoop } from '../../src/graph/index.js';
import { toMicrobatchedStep } from '../../src/graph/microbatch/index.js';
import { conv2d, convTranspose2d, dense, flatten, reshape, VAE } from '../../src/index.js';
import type { MicrobatchedStep } from '../../src/runtime/session.js';
import {
  MicrobatchWorker,
  openMicrobatched,
  type WorkerElsewhere,
} from '../../src/runtime/thread/workers.node.js';
import { feedsOf, programOf } from './programs.js';

const vae = new VAE({
  input: [1, 12, 12],
  latent: 3,
  encoder: [conv2d(12, { stride: 2, padding: 'same', activation: 'relu' }), flatten(), dense(8)],
  decoder: [
    dense(12 * 36, { activation: 'relu' }),
    reshape([12, 6, 6]),
    convTranspose2d(1, { stride: 2, padding: 'same' }),
  ],
  seed: 4,
});

const batchSize = 64;
const program = programOf(vae, 'uint8', { batchSize, cacheBytes: 1 << 16 });

test.each([
  ['a whole batch', batchSize],
  ['a batch whose last microbatch has fewer examples', batchSize - 3],
  ['a batch of fewer microbatches', 20],
  ['a batch of one microbatch', 2],
])(
  'microbatches beside one another give the same bits as one after the other: %s',
  async (_, batch) => {
    expect(program.microbatches!.count).toBeGreaterThan(3);
    const feeds = feedsOf(program, 7, 3, batch);
    const results = [];
    for (const options of [
      { threads: 1 },
      { threads: 1, thread: {} },
      { threads: 2, thread: {} },
      { threads: 3, thread: {} },
    ]) {
      const session = await compileLoop(program, options);
      const outputs = await session.run(feeds);
      const numbers = Object.entries(outputs).map(
        async ([name, tensor]) => [name, await tensor.getData()] as const,
      );
      results.push(Object.fromEntries(await Promise.all(numbers)));
      await session.release();
    }
    const [expected, ...found] = results;
    for (const each of found) expect(each).toEqual(expected);
  },
);

test('workers share the microbatches, and there are none where threads cannot compute alike', async () => {
  const optimized = optimizeLoop(program);
  const model = toMicrobatchedStep({ ...optimized, microbatches: optimized.microbatches! });
  const taken: number[][] = [];
  const beside = async (model: MicrobatchedStep) => {
    const worker = await MicrobatchWorker.open(model, false);
    const work: WorkerElsewhere['work'] = async (inputs) => {
      const done = await worker.work(inputs);
      taken.push(done.map(({ microbatch }) => microbatch));
      return done;
    };
    return { work, end: () => worker.release() };
  };
  const session = await openMicrobatched(model, { threads: 2 }, false, beside);
  await session!.run(feedsOf(program, 7, 3, batchSize));
  await session!.release();
  expect(taken).toHaveLength(3);
  for (const each of taken) {
    expect(each.length).toBeGreaterThan(0);
    expect(each.length).toBeLessThan(model.count);
  }
  expect(
    await openMicrobatched(model, { threads: 2 }, false, async () => undefined),
  ).toBeUndefined();
  expect(await openMicrobatched(model, { threads: 1 }, false, beside)).toBeUndefined();
});

test('what fails in a worker is told', async () => {
  const session = await compileLoop(program, { thread: {}, threads: 2 });
  const { images, ...others } = feedsOf(program, 7, 1, batchSize);
  const odd = new Tensor('uint8', images!.data as Uint8Array, [1, 2 * batchSize, 1, 12, 6]);
  await expect(session.run({ ...others, images: odd })).rejects.toThrow('images');
  await session.release();
});

test('a session that is let go waits for the call under way', async () => {
  const session = await compileLoop(program, { thread: {}, threads: 2 });
  const [long, short] = [feedsOf(program, 7, 40, batchSize), feedsOf(program, 7, 1, batchSize)];
  await session.run(short);
  const running = session.run(long);
  await session.release();
  expect((await running).loss!.dims).toEqual([40]);
});
