import { expect, test } from 'vitest';
import {
  adam,
  inverseAutoregressiveFlow,
  normalizingFlow,
  Tensor,
  type VAE,
} from '../../../src/index.js';
import { corners, smallVAE } from '../small.js';

/** The mean of log p(x) by a sum over a grid of two latents, for a Bernoulli likelihood. */
async function exactLogLikelihood(model: VAE, images: Tensor): Promise<number> {
  const [side, reach] = [101, 5];
  const step = (2 * reach) / (side - 1);
  const points = Float32Array.from({ length: 2 * side * side }, (_, i) => {
    const place = i >> 1;
    return step * (i % 2 === 0 ? place % side : Math.floor(place / side)) - reach;
  });
  const decoded = await model.decode(new Tensor('float32', points, [side * side, 2]));
  const means = decoded.data as Float32Array;
  const [count, ...shape] = images.dims as readonly [number, ...number[]];
  const width = shape.reduce((a, b) => a * b, 1);
  const scale = images.type === 'uint8' ? 255 : 1;
  const pixels = images.data as Float32Array;
  let total = 0;
  for (let row = 0; row < count; row++) {
    let probability = 0;
    for (let place = 0; place < side * side; place++) {
      const [a, b] = [points[2 * place]!, points[2 * place + 1]!];
      let nats = -(a ** 2 + b ** 2) / 2 - Math.log(2 * Math.PI) + 2 * Math.log(step);
      for (let i = 0; i < width; i++) {
        const x = pixels[row * width + i]! / scale;
        const p = means[place * width + i]!;
        nats += x * Math.log(p) + (1 - x) * Math.log1p(-p);
      }
      probability += Math.exp(nats);
    }
    total += Math.log(probability) / count;
  }
  return total;
}

test.each([
  normalizingFlow({ length: 3 }),
  normalizingFlow({ flow: 'radial', length: 3, samples: 2 }),
  inverseAutoregressiveFlow({ length: 2, hidden: 8, context: 4 }),
])('$type $options.flow: log p(x) is as a sum over all latents gives it', async (objective) => {
  const model = smallVAE({ objective });
  const data = corners(128);
  const { epochs } = await model.fit(data, {
    epochs: 20,
    optimizer: adam({ learningRate: 0.02 }),
  });
  expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss - 0.5);
  const judged = corners(8);
  const exact = await exactLogLikelihood(model, judged.images);
  const { mean } = await model.logLikelihood(judged, { samples: 1024 });
  expect(Math.abs(mean - exact)).toBeLessThan(0.02);
  const bounds = (await model.elbo(judged.images)).data as Float32Array;
  expect(bounds.reduce((a, b) => a + b, 0) / bounds.length).toBeLessThan(exact + 0.5);
  expect((await model.sample(3)).dims[0]).toBe(3);
  await model.release();
});
