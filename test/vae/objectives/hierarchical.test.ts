import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { adam, hierarchical, type VAE } from '../../../src/index.js';
import { corners, smallVAE } from '../small.js';

const values = (tensor: Tensor | undefined) => tensor!.data as Float32Array;
const data = corners(128);

const model = (options: Parameters<typeof hierarchical>[0] = {}, latent = 2): VAE =>
  smallVAE({ latent, objective: hierarchical({ groups: 2, hidden: 8, ...options }) });

/** log p(x) of a model of two latents by a grid over N(0, I): the mean over examples. */
async function exact(vae: VAE, images: Tensor): Promise<number> {
  const [reach, step] = [5, 0.1];
  const places = Array.from({ length: (2 * reach) / step + 1 }, (_, i) => i * step - reach);
  const grid = Float32Array.from(places.flatMap((a) => places.flatMap((b) => [a, b])));
  const count = grid.length / 2;
  const shown = values(await vae.decode(new Tensor('float32', grid, [count, 2])));
  const pixels = Float64Array.from(images.data as Uint8Array, (x) => x / 255);
  const size = shown.length / count;
  let total = 0;
  for (let image = 0; image < images.dims[0]!; image++) {
    let density = 0;
    for (let i = 0; i < count; i++) {
      let nats = -(grid[2 * i]! ** 2 + grid[2 * i + 1]! ** 2) / 2 - Math.log(2 * Math.PI);
      for (let k = 0; k < size; k++) {
        const [p, x] = [shown[i * size + k]!, pixels[image * size + k]!];
        nats += x * Math.log(p) + (1 - x) * Math.log1p(-p);
      }
      density += Math.exp(nats) * step * step;
    }
    total += Math.log(density);
  }
  return total / images.dims[0]!;
}

test('the evidence by importance sampling is as by an integral over the latents', async () => {
  const vae = model();
  await vae.fit(data, { epochs: 30, optimizer: adam({ learningRate: 0.01 }) });
  const few = corners(8, 9);
  const { mean } = await vae.logLikelihood(few, { samples: 1000 });
  const bound = values(await vae.elbo(few.images)).reduce((sum, each) => sum + each, 0) / 8;
  const wanted = await exact(vae, few.images);
  expect(Math.abs(mean - wanted)).toBeLessThan(0.05);
  expect(bound).toBeLessThan(wanted);
  await vae.release();
});

test('the KL of the groups is their sum, and the mean of the KL by draws', async () => {
  const vae = model({}, 5);
  await vae.fit(data, { epochs: 10, optimizer: adam({ learningRate: 0.01 }) });
  const metrics = await vae.evaluate(data);
  expect(metrics.klGroup1! + metrics.klGroup2!).toBeCloseTo(metrics.kl!, 4);
  const { klPerLatent } = await vae.health(data);
  expect(klPerLatent).toEqual([]);
  const rounds = await Promise.all(
    Array.from({ length: 8 }, async (_, seed) => {
      const elbo = values(await vae.elbo(data.images, { seed }));
      return elbo.reduce((sum, each) => sum + each, 0) / elbo.length;
    }),
  );
  const bound = rounds.reduce((sum, each) => sum + each, 0) / rounds.length;
  expect(Math.abs(-bound - metrics.loss!)).toBeLessThan(0.4);
  await vae.release();
});

test('latents are cut into groups, the smaller ones at the top', async () => {
  const vae = model({ groups: 3 }, 8);
  const shapes = Object.entries(vae.parameters()).filter(([name]) =>
    /^topDown\.\d\.posterior\.1\.bias$/.test(name),
  );
  expect(shapes.map(([, { dims }]) => dims)).toEqual([[4], [6], [6]]);
  const { mean, logVariance } = await vae.encode(data.images);
  expect([mean.dims, logVariance.dims]).toEqual([
    [128, 8],
    [128, 8],
  ]);
  expect((await vae.sample(3)).dims).toEqual([3, 1, 4, 4]);
  await vae.release();
});

test('groups that do not fit the latents are refused', () => {
  expect(() => model({ groups: [2, 4] }, 8)).toThrow(
    'The groups 2 + 4 have 6 latents, and the model has 8. Give latent: 6.',
  );
  expect(() => model({ groups: 4 }, 3)).toThrow('3 latents cannot be cut into 4 groups.');
});
