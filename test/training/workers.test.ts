import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { optimizeLoop } from '../../src/graph/compile.js';
import { compileLoop } from '../../src/graph/index.js';
import { toMicrobatchedStep } from '../../src/graph/microbatch/index.js';
import { conv2d, convTranspose2d, dense, flatten, reshape, VAE } from '../../src/index.js';
import { type Lane, OwnLane } from '../../src/runtime/microbatched/lane.js';
import { openMicrobatched } from '../../src/runtime/microbatched/session.js';
import { openNative } from '../../src/runtime/native.node.js';
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

test('lanes share the microbatches, and there are none where threads cannot compute alike', async () => {
  const optimized = optimizeLoop(program);
  const model = toMicrobatchedStep({ ...optimized, microbatches: optimized.microbatches! });
  const taken: number[][] = [];
  const open = (bytes: Uint8Array) => openNative(bytes, { threads: 1 }, false);
  let ended = 0;
  const lane = async (): Promise<Lane> => {
    const own = new OwnLane(await open(model.microbatch), model);
    return {
      async work(inputs) {
        const done = await own.work(inputs);
        taken.push(done.map(({ microbatch }) => microbatch));
        return done;
      },
      async end() {
        ended += 1;
        await own.end();
      },
    };
  };
  const session = await openMicrobatched(model, open(model.rest), [lane(), lane()]);
  await session!.run(feedsOf(program, 7, 3, batchSize));
  await session!.release();
  expect(taken).toHaveLength(6);
  expect(taken.flat().sort()).toEqual(
    Array.from({ length: 3 * model.count }, (_, i) => Math.floor(i / 3)),
  );
  expect(ended).toBe(2);
  const lanes = [lane(), Promise.resolve(undefined)];
  expect(await openMicrobatched(model, open(model.rest), lanes)).toBeUndefined();
  expect(ended).toBe(3);
});

test('a failure in a lane is told', async () => {
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
