import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import {
  conv2d,
  convTranspose2d,
  dense,
  hierarchical,
  reshape,
  residualVq,
  VAE,
  vqVae,
} from '../../src/index.js';
import { nearestCodes } from '../../studio/src/views/diagram/codes.js';
import { type DiagramModel, nodesOf } from '../../studio/src/views/diagram/diagram-model.js';
import { spreadOf, weightPictures, weightsOf } from '../../studio/src/views/diagram/weights.js';

const diagramOf = (vae: VAE): DiagramModel => ({
  config: vae.config,
  summary: vae.layers(),
  parameters: vae.parameters(),
});

const options = {
  input: [1, 4, 4],
  latent: 2,
  encoder: [dense(3, { activation: 'relu' })],
  decoder: [dense(3, { activation: 'relu' }), dense(16), reshape([1, 4, 4])],
};
const small = new VAE(options);

const codebook = new VAE({
  input: [1, 8, 8],
  latent: 2,
  encoder: [conv2d(2, { kernel: 3, stride: 2, padding: 'same' })],
  decoder: [convTranspose2d(1, { kernel: 3, stride: 2, padding: 'same' })],
  objective: vqVae({ codes: 4 }),
});

test('every layer of a model is in one node, in the order in which an example flows', () => {
  const nodes = nodesOf(diagramOf(small));
  expect(nodes.map(({ id }) => id)).toEqual([
    ...['input', 'encoder', 'posterior', 'epsilon', 'z', 'decoder', 'output'],
  ]);
  const layers = nodes.flatMap((node) => node.layers.map(({ name }) => name));
  expect(layers).toEqual(small.layers().rows.map(({ name }) => name));
});

test('a codebook stands in the place of a distribution', () => {
  const nodes = nodesOf(diagramOf(codebook));
  expect(nodes.map(({ id }) => id)).toEqual(['input', 'encoder', 'codes', 'decoder', 'output']);
  expect(nodes[2]!.layers.map(({ type }) => type)).toEqual(['vectorQuantizer']);
});

test('with several codes a position, the grid has a part for each depth', async () => {
  const vae = new VAE({
    input: [1, 4, 4],
    latent: 2,
    encoder: [conv2d(2, { kernel: 2, stride: 2 })],
    decoder: [convTranspose2d(1, { kernel: 2, stride: 2 })],
    objective: residualVq({ depth: 3, codes: 4 }),
  });
  const pixels = Float32Array.from({ length: 16 }, (_, i) => Math.abs(Math.sin(i)));
  const image = new Tensor('float32', pixels, [1, 1, 4, 4]);
  const { codes } = await vae.encode(image);
  // The encoder's output, before codes take its place.
  const { 'encoder.0': features } = await vae.encoderOutputs(image);
  const found = nearestCodes(diagramOf(vae), features!.data as Float32Array, [2, 2, 2]);
  expect(found!.columns).toBe(2);
  expect(Array.from(found!.indices)).toEqual(Array.from(codes!.data as BigInt64Array, Number));
  await vae.release();
});

test('groups of latents stand together', () => {
  const objective = hierarchical({ groups: 2, hidden: 3 });
  const nodes = nodesOf(diagramOf(new VAE({ ...options, objective })));
  expect(nodes.map(({ id }) => id)).toEqual(['input', 'encoder', 'z', 'decoder', 'output']);
  expect(nodes[2]!.layers.map(({ name }) => name)).toEqual(['topDown']);
});

test('an autoencoder has a point', () => {
  const { summary, ...model } = diagramOf(small);
  const rows = summary.rows.filter(({ name }) => name !== 'logVariance' && name !== 'sampling');
  const nodes = nodesOf({ ...model, summary: { ...summary, rows } });
  expect(nodes.map(({ id }) => id)).toEqual(['input', 'encoder', 'z', 'decoder', 'output']);
  expect(nodes[2]!.layers.map(({ name }) => name)).toEqual(['mean']);
});

test('tells how weights are spread', () => {
  const { count, mean, deviation, reach, bins } = spreadOf([-1, 1, 1, -1, 0]);
  expect([count, mean, reach]).toEqual([5, 0, 1]);
  expect(deviation).toBeCloseTo(Math.sqrt(0.8));
  expect([bins[0], bins[bins.length >> 1], bins.at(-1)]).toEqual([2, 1, 2]);
  expect(spreadOf(new Float32Array(3)).bins.reduce((a, b) => a + b)).toBe(3);
});

test('shows weights as the image that a unit sees or draws', () => {
  const model = diagramOf(small);
  const pictures = (layer: string) =>
    weightsOf(model.parameters!, layer).map(([, tensor]) => weightPictures(model, layer, tensor));
  expect(pictures('encoder.0').map((each) => each?.dims)).toEqual([[3, 1, 4, 4]]);
  expect(pictures('decoder.1').map((each) => each?.dims)).toEqual([[3, 1, 4, 4]]);
  expect(pictures('mean')).toEqual([undefined]);
  const weights = new Tensor('float32', Float32Array.from([2, -1, 0, 4]), [1, 1, 2, 2]);
  const { data, dims } = weightPictures(model, 'encoder.0', weights)!;
  expect(dims).toEqual([1, 1, 2, 2]);
  expect([...data]).toEqual([0.75, 0.375, 0.5, 1]);
});
