import { mkdir, writeFile } from 'node:fs/promises';
import { conv2d, convTranspose2d, datasets, report, samplers, VAE, vqVae } from 'vaekit';

const { EPOCHS = 10, IMAGES = 10_000 } = process.env;

const { train, test } = await datasets.mnist();
const halve = { stride: 2, padding: 'same', activation: 'relu' } as const;
const vae = new VAE({
  input: [1, 28, 28],
  latent: 16, // the length of a code
  encoder: [conv2d(16, halve), conv2d(32, halve), conv2d(16, { kernel: 1 })],
  decoder: [
    conv2d(32, { padding: 'same', activation: 'relu' }),
    convTranspose2d(16, halve),
    convTranspose2d(1, { stride: 2, padding: 'same' }),
  ],
  objective: vqVae({ codes: 64 }),
});
const data = datasets.take(train, Number(IMAGES));
await vae.fit(data, { epochs: Number(EPOCHS), batchSize: 64 });

const { reconstruction, perplexity = 0 } = await vae.evaluate(test);
console.log(`test reconstruction: ${reconstruction.toFixed(1)} nats`);
console.log(`perplexity: ${perplexity.toFixed(1)} of 64 codes`);

// An image is now a grid of code numbers.
const images = datasets.take(test, 10).images;
const { codes } = await vae.encode(images);
const grid = Array.from(codes?.data as BigInt64Array, Number).slice(0, 49);
console.log(`the first test image, 49 codes of 6 bits:`);
for (let row = 0; row < 7; row++) {
  const numbers = grid.slice(7 * row, 7 * row + 7);
  console.log(numbers.map((code) => String(code).padStart(2)).join(' '));
}

// A model of the grids, each code by those before it, draws new ones.
console.log(await vae.fitSampler(samplers.pixelCnn({ epochs: Number(EPOCHS) }), data));
const drawn = await vae.sample(40, { seed: 1 });

await mkdir('runs/examples', { recursive: true });
const png = await report.reconstructionsPicture(images, await vae.reconstruct(images));
await writeFile('runs/examples/vq-vae.png', png);
await writeFile(
  'runs/examples/vq-vae-samples.png',
  await report.samplesPicture(drawn, { columns: 10 }),
);
