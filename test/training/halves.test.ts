import { expect, test } from 'vitest';
import { compileLoop } from '../../src/graph/index.js';
import { dense, VAE } from '../../src/index.js';
import type { SessionOptions } from '../../src/runtime/session.js';
import { feedsOf, programOf } from './programs.js';

const vae = new VAE({
  input: [200],
  latent: 4,
  encoder: [dense(300, { activation: 'tanh' })],
  decoder: [dense(300, { activation: 'tanh' }), dense(200)],
  seed: 2,
});

const cacheBytes = 1 << 30;
const sizeAt = (batchSize: number) =>
  programOf(vae, 'float32', { batchSize, cacheBytes }).microbatches?.size;

test.each([
  ['halves where two threads do better apart', 501, 251],
  ['the whole where a step has little work', 100, undefined],
  ['the whole where gradients cost too much to be summed up', 300, undefined],
  ['the whole where many threads do better together', 6000, undefined],
])('a batch that fits the caches is computed by %s', (_, batchSize, expected) => {
  expect(sizeAt(batchSize)).toBe(expected);
});

test('halves give the numbers of the whole, and the same bits by one thread and by two', async () => {
  const halves = programOf(vae, 'float32', { batchSize: 500, cacheBytes });
  const whole = programOf(vae, 'float32');
  const feeds = feedsOf(whole, 5, 2, 500);
  const run = async (program: typeof whole, options: SessionOptions) => {
    const session = await compileLoop(program, options);
    const outputs = await session.run(feeds);
    const entries = Object.entries(outputs).map(
      async ([name, each]) => [name, (await each.getData()) as Float32Array] as const,
    );
    const results = Object.fromEntries(await Promise.all(entries));
    await session.release();
    return results;
  };
  const one = await run(halves, { threads: 1, thread: {} });
  expect(await run(halves, { threads: 2, thread: {} })).toEqual(one);
  for (const [name, values] of Object.entries(await run(whole, { threads: 1 }))) {
    const length = Math.hypot(...values);
    const error = Math.hypot(...values.map((value, i) => value - one[name]![i]!));
    expect(error, name).toBeLessThanOrEqual(1e-6 * length);
  }
});
