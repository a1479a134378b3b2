import { mkdir, writeFile } from 'node:fs/promises';
import { conditional, datasets, dense, report, reshape, Tensor, VAE } from 'vaekit';

const { EPOCHS = 10, IMAGES = 20_000 } = process.env;

const { train, test } = await datasets.mnist();
const data = datasets.take(train, Number(IMAGES));
const vae = new VAE({
  input: [1, 28, 28],
  latent: 4,
  encoder: [dense(256, { activation: 'relu' })],
  decoder: [dense(256, { activation: 'relu' }), dense(784), reshape([1, 28, 28])],
  objective: conditional({ classes: 10 }),
});
await vae.fit(data, { epochs: Number(EPOCHS), batchSize: 128 });
const { loss } = await vae.evaluate(test);
console.log(`test loss: ${loss.toFixed(1)}`);

// Is a drawn digit the one that was asked for? The nearest real image tells.
const known = datasets.take(train, 2000);
const pixels = known.images.data as Uint8Array;
const nearestLabel = (image: Float32Array) => {
  let [best, place] = [Infinity, 0];
  for (let i = 0; i < known.size; i++) {
    let distance = 0;
    for (let p = 0; p < 784; p++) distance += (image[p]! - pixels[i * 784 + p]! / 255) ** 2;
    if (distance < best) [best, place] = [distance, i];
  }
  return known.labels?.[place];
};
let right = 0;
for (let label = 0; label < 10; label++) {
  const drawn = (await vae.sample(20, { label, seed: label })).data as Float32Array;
  for (let i = 0; i < 20; i++) {
    if (nearestLabel(drawn.subarray(i * 784, (i + 1) * 784)) === label) right += 1;
  }
}
console.log(`digits drawn as asked for: ${right} of 200`);

// A latent is a handwriting: each row shows the handwriting of one test image under all ten labels.
const few = datasets.take(test, 6);
const { mean } = await vae.encode(few.images, { labels: few.labels });
const repeated = Float32Array.from({ length: 6 * 10 * 4 }, (_, i) => {
  const [row, latent] = [Math.floor(i / 40), i % 4];
  return Number(mean.data[row * 4 + latent]);
});
const images = await vae.decode(new Tensor('float32', repeated, [60, 4]), {
  labels: Array.from({ length: 60 }, (_, i) => i % 10),
});
await mkdir('runs/examples', { recursive: true });
await writeFile(
  'runs/examples/conditional.png',
  await report.samplesPicture(images, { columns: 10 }),
);
