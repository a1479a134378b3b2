import { rm } from 'node:fs/promises';
import * as ort from 'onnxruntime-node';
import { datasets, dense, reshape, VAE } from 'vaekit';

const { EPOCHS = 10, IMAGES = 20_000 } = process.env;

const { train, test } = await datasets.mnist();
const vae = new VAE({
  input: [1, 28, 28],
  latent: 2,
  encoder: [dense(256, { activation: 'relu' })],
  decoder: [dense(256, { activation: 'relu' }), dense(784), reshape([1, 28, 28])],
});
await vae.fit(datasets.take(train, Number(IMAGES)), { epochs: Number(EPOCHS), batchSize: 128 });
const path = 'runs/examples/export-onnx';
await rm(path, { recursive: true, force: true });
await vae.save(path);

// The rest uses only the plain runtime: this could be another program.
const encoder = await ort.InferenceSession.create(`${path}/encoder.onnx`);
const decoder = await ort.InferenceSession.create(`${path}/decoder.onnx`);
console.log(`encoder: ${encoder.inputNames} → ${encoder.outputNames}`);
console.log(`decoder: ${decoder.inputNames} → ${decoder.outputNames}`);
const pixels = Float32Array.from(test.images.data as Uint8Array, (value) => value / 255);
const { mean } = await encoder.run({ image: new ort.Tensor('float32', pixels, test.images.dims) });
const { image } = await decoder.run({ z: mean! });
console.log(`${image!.dims[0]} images reconstructed`);

// The same numbers as the library's, in one call instead of batches.
const expected = (await vae.reconstruct(test.images)).data as Float32Array;
const actual = image!.data as Float32Array;
const difference = expected.reduce((most, x, i) => Math.max(most, Math.abs(x - actual[i]!)), 0);
console.log(`largest difference under 0.0001: ${difference < 1e-4}`);
