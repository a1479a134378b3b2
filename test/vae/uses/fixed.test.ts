import { Tensor } from 'onnxruntime-common';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { fillUniform, randomStream } from '../../../src/base/random.js';
import { fromArray } from '../../../src/data/dataset.js';
import { conv2d, convTranspose2d, dense, reshape, VAE } from '../../../src/index.js';
import { blocksConvolutions, runsMachineCode } from '../../../src/runtime/node.js';
import { CompiledFunction, paysToFix } from '../../../src/step/index.js';

const shape = [1, 16, 16];
const vae = new VAE({
  input: shape,
  latent: 2,
  encoder: [1, 2].map(() => conv2d(32, { padding: 'same', activation: 'relu' })),
  decoder: [dense(256), reshape(shape)],
  seed: 1,
});
afterAll(() => vae.release());
afterEach(() => vi.restoreAllMocks());

/** A number for which it pays to have parameters inside, and a few for which it does not. */
const [count, few] = [2500, 50];
const values = new Float32Array(count * 256);
fillUniform(randomStream(0, 'images'), values);
const data = fromArray(values, shape);
const first = new Tensor('float32', values.subarray(0, few * 256), [few, ...shape]);

/** Expects the first rows of means to be those of few images, but for the last bits. */
function expectFirst({ data: all }: Tensor, { data: own }: Tensor): void {
  const rows = (all as Float32Array).subarray(0, own.length);
  const most = Math.max(...Array.from(own as Float32Array, Math.abs));
  expect(most).toBeGreaterThan(0);
  const apart = Array.from(own as Float32Array, (value, i) => Math.abs(value - rows[i]!));
  expect(Math.max(...apart)).toBeLessThan(1e-6 * Math.max(1, most));
}

/** Counts the functions made meanwhile that have parameters inside. */
function countFixed(): () => number {
  const compile = vi.spyOn(CompiledFunction, 'compile');
  return () => compile.mock.calls.filter(([, , fixed]) => fixed !== undefined).length;
}

test('many images are encoded with parameters inside, as few are without', async () => {
  const made = countFixed();
  const own = await vae.encode(first);
  expect(made()).toBe(0);
  const all = await vae.encode(data);
  const again = await vae.encode(data);
  expect(made()).toBe(blocksConvolutions ? 1 : 0);
  expect(again.mean.data).toEqual(all.mean.data);
  expectFirst(all.mean, own.mean);
});

test('new parameters are seen, also by calls that overlap with those of the old ones', async () => {
  const made = countFixed();
  const before = vae.encode(data);
  const weight = vae.parameters()['encoder.1.weight']!;
  const halves = (weight.data as Float32Array).map((value) => value / 2);
  vae.setParameters({ 'encoder.1.weight': new Tensor('float32', halves, weight.dims) });
  const after = vae.encode(data);
  const own = await vae.encode(first);
  expectFirst((await after).mean, own.mean);
  expect((await before).mean.data).not.toEqual((await after).mean.data);
  expect(made()).toBe(blocksConvolutions ? 1 : 0);
});

test('many latents are decoded as few are, by transposed convolutions and by products', async () => {
  const convolutions = [
    ...[dense(8 * 64), reshape([32, 4, 4])],
    ...[32, 32].map((filters) =>
      convTranspose2d(filters, { stride: 2, padding: 'same', activation: 'relu' }),
    ),
    convTranspose2d(1, { padding: 'same' }),
  ];
  const products = [dense(512, { activation: 'relu' }), dense(512), dense(256), reshape(shape)];
  for (const decoder of [convolutions, products]) {
    const made = countFixed();
    const own = new VAE({ input: shape, latent: 2, encoder: [dense(4)], decoder, seed: 2 });
    const z = new Float32Array(2 * 9000);
    fillUniform(randomStream(0, 'z'), z);
    const all = await own.decode(new Tensor('float32', z, [9000, 2]));
    const again = await own.decode(new Tensor('float32', z, [9000, 2]));
    // Machine code takes transposed convolutions.
    const isFixed = blocksConvolutions && decoder === convolutions && !runsMachineCode();
    expect(made()).toBe(isFixed ? 1 : 0);
    expect((again.data as Float32Array).every((value, i) => value === all.data[i])).toBe(true);
    const few = await own.decode(new Tensor('float32', z.subarray(0, 40), [20, 2]));
    expectFirst(all, few);
    await own.release();
    vi.restoreAllMocks();
  }
});

test('parameters are inside where there is work enough for convolutions, and memory', () => {
  const work = { multiplications: 1e6, convolutions: 9e5, transposed: 0, parameters: 1e5 };
  expect(paysToFix(work, 10_000)).toBe(blocksConvolutions);
  expect(paysToFix(work, 100)).toBe(false);
  const transposed = blocksConvolutions && !runsMachineCode();
  expect(paysToFix({ ...work, transposed: 1e5 }, 10_000)).toBe(transposed);
  expect(paysToFix({ ...work, convolutions: 4e5 }, 10_000)).toBe(false);
  expect(paysToFix({ ...work, parameters: 1e8 }, 10_000)).toBe(false);
});
