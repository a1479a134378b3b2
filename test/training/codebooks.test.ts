import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { compileLoop, type LoopProgram } from '../../src/graph/index.js';
import { conv2d, dense, flatten, reshape, residualVq, VAE, vqVae } from '../../src/index.js';
import type { SessionOptions } from '../../src/runtime/session.js';
import { feedsOf, programOf } from './programs.js';

const [batch, steps] = [30, 3];
const size = [1, 8, 8] as const;

const quantized = (objective: ReturnType<typeof vqVae>) =>
  new VAE({
    input: size,
    latent: 3,
    encoder: [conv2d(3, { stride: 2, padding: 'same' })],
    decoder: [flatten(), dense(64), reshape(size)],
    objective,
    seed: 3,
  });

/** Random feeds, with codes among the rows. */
function feedsFor(program: LoopProgram) {
  const places = Float32Array.from({ length: steps * batch }, (_, i) => i % batch);
  return {
    ...feedsOf(program, 5, steps, batch),
    'noise/places': new Tensor('float32', places, [steps, batch]),
    'noise/count': new Tensor('float32', new Float32Array(steps).fill(batch), [steps]),
  };
}

/** Random noise here is normal; shares of a batch's rows are in [0, 1). */
function withShares(feeds: Record<string, Tensor>) {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => {
      if (!name.includes('.noise')) return [name, tensor] as const;
      const shares = (tensor.data as Float32Array).map((x) => Math.abs(Math.sin(9 * x)));
      return [name, new Tensor('float32', shares, tensor.dims)] as const;
    }),
  );
}

async function run(program: LoopProgram, options: SessionOptions) {
  const session = await compileLoop(program, options);
  const outputs = await session.run(withShares(feedsFor(program)));
  const entries = Object.entries(outputs).map(
    async ([name, each]) => [name, (await each.getData()) as Float32Array] as const,
  );
  const results = Object.fromEntries(await Promise.all(entries));
  await session.release();
  return results;
}

test.each([
  ['vqVae', vqVae({ codes: 8, decay: 0.5, revive: 0.9 })],
  ['residualVq', residualVq({ codes: 8, depth: 2, decay: 0.5, revive: 0.9 })],
  ['residualVq, shared', residualVq({ codes: 8, depth: 2, revive: 0.9, shared: true })],
])('microbatches learn the codes of a whole batch: %s', async (_, objective) => {
  const vae = quantized(objective);
  const states = Object.keys(vae.parameters()).filter((name) => name.startsWith('quantizer.'));
  const cut = programOf(vae, 'float32', { batchSize: batch, cacheBytes: 1 << 12 }, states);
  expect(cut.microbatches!.count).toBeGreaterThan(2);
  const inParts = await run(cut, { threads: 1 });
  expect(await run(cut, { threads: 2, thread: {} })).toEqual(inParts);
  const whole = await run(programOf(vae, 'float32', undefined, states), { threads: 1 });
  expect(Object.keys(inParts)).toEqual(Object.keys(whole));
  for (const [name, values] of Object.entries(whole)) {
    const error = Math.hypot(...values.map((value, i) => value - inParts[name]![i]!));
    expect(error, name).toBeLessThanOrEqual(1e-5 * Math.hypot(...values));
  }
});
