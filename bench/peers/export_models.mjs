/**
 * Trains tiny models over all layers, bottlenecks and likelihoods, and exports each to all ecosystems:
 *
 *     node bench/peers/export_models.mjs <folder>
 *
 * Prints a line a program: its folder, or the reason why it was refused.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vaekit from '../../dist/index.js';

const { datasets, samplers, VAE } = vaekit;
const [, , folder, ...chosen] = process.argv;
const programs = ['torch', 'keras', 'transformers.js', 'onnxruntime-web'];

const layer = (type, options = {}) => ({ type, ...options });
const conv = (filters, options) => layer('conv2d', { filters, ...options });
const up = (filters, options) => layer('convTranspose2d', { filters, ...options });
const dense = (units, activation = 'linear') => layer('dense', { units, activation });
const ending = (...shape) => [dense(shape.reduce((a, b) => a * b)), layer('reshape', { shape })];
const image = [2, 8, 8];
const sequence = [3, 12];

/** Models as plain data; options left out are taken from `usual`. */
const usual = {
  input: image,
  latent: 3,
  encoder: [dense(8, 'tanh')],
  decoder: [dense(8, 'tanh'), ...ending(...image)],
};
const encodes = (...encoder) => ({ encoder: [...encoder] });
const likelihood = (type, k, options = {}) => ({
  likelihood: { type, ...options },
  decoder: [dense(8, 'tanh'), ...ending(2 * k, 8, 8)],
});
const objective = (type, options = {}) => ({ objective: { type, ...options } });
const onSequences = (...encoder) => ({
  input: sequence,
  likelihood: { type: 'gaussian', variance: 'pixel' },
  encoder,
  decoder: [dense(12), layer('reshape', { shape: [4, 3] })],
});
const activations = [
  ...['relu', 'leakyRelu', 'elu', 'gelu', 'silu', 'tanh', 'sigmoid', 'softplus', 'softmax'],
];
const quantized = {
  encoder: [conv(3, { stride: 2, padding: 'same' })],
  decoder: [up(2, { stride: 2, padding: 'same' })],
};

export const cases = {
  dense: {},
  activations: encodes(conv(4), ...activations.map((name) => layer('activation', { name }))),
  'fused activations': encodes(
    ...activations.slice(0, 8).map((name) => dense(6, name)),
    dense(5, 'softmax'),
  ),
  'gated dense': encodes(layer('gatedDense', { units: 7 })),
  'no bias': encodes(conv(3, { bias: false }), layer('dense', { units: 5, bias: false })),
  'conv2d same': encodes(conv(4, { padding: 'same' }), conv(3, { padding: 'same', stride: 2 })),
  'conv2d even kernel': encodes(
    conv(4, { kernel: 4, padding: 'same' }),
    conv(3, { kernel: [2, 3], padding: 1 }),
  ),
  'conv2d padding': encodes(
    conv(4, { padding: [2, 1], stride: [2, 1] }),
    conv(4, { kernel: 5, padding: 2 }),
  ),
  'conv2d dilation': encodes(
    conv(4, { dilation: 2 }),
    conv(4, { dilation: [2, 1], padding: 'same' }),
  ),
  'conv2d groups': encodes(conv(4, { groups: 2 })),
  'transposed same': {
    decoder: [
      ...ending(3, 2, 2),
      up(4, { stride: 2, padding: 'same', activation: 'relu' }),
      up(4, { padding: 'same' }),
      up(2, { stride: 2, padding: 'same', kernel: 4 }),
    ],
  },
  'transposed padding': {
    decoder: [
      ...ending(3, 2, 2),
      up(4, { stride: 2, padding: 1, outputPadding: 1 }),
      up(2, { stride: 2, kernel: 2 }),
    ],
  },
  'transposed short kernel': {
    decoder: [...ending(3, 4, 4), up(2, { stride: 2, padding: 'same', kernel: 1 })],
  },
  'transposed dilation': {
    decoder: [...ending(3, 4, 4), up(2, { dilation: 2 })],
  },
  'transposed groups': {
    decoder: [...ending(4, 6, 6), up(2, { groups: 2 })],
  },
  pooling: encodes(
    layer('maxPool2d', { size: 3, stride: 1, padding: 'same' }),
    layer('averagePool2d', { size: 2, stride: 1, padding: 'same' }),
    layer('averagePool2d', { size: 3, stride: 1, padding: 1 }),
    layer('maxPool2d', { size: 2 }),
    layer('averagePool2d', { size: 2 }),
  ),
  'pooling padded': encodes(
    layer('activation', { name: 'linear' }),
    conv(3),
    layer('maxPool2d', { size: 3, stride: 2, padding: 1 }),
    layer('averagePool2d', { size: 2, stride: 1, padding: 'same', countPadding: true }),
  ),
  'pooling inside': encodes(
    conv(3),
    layer('averagePool2d', { size: 3, stride: 2, padding: 1, countPadding: false }),
  ),
  'global pooling': encodes(conv(4), layer('globalAveragePool')),
  'global maximum': encodes(conv(4), layer('globalMaxPool')),
  upsampling: {
    decoder: [
      ...ending(2, 2, 2),
      layer('upsample', { scale: 2 }),
      layer('upsample', { scale: [2, 1], mode: 'bilinear' }),
      layer('upsample', { scale: [1, 2], mode: 'bilinear' }),
    ],
  },
  'batch norm': encodes(
    conv(4),
    layer('batchNorm'),
    dense(6),
    layer('batchNorm', { momentum: 0.3, epsilon: 1e-3 }),
  ),
  'group norm': encodes(
    conv(4),
    layer('groupNorm', { groups: 2 }),
    layer('groupNorm', { groups: 4, epsilon: 1e-3 }),
  ),
  'layer norm': encodes(
    conv(4),
    layer('layerNorm'),
    dense(6),
    layer('layerNorm', { epsilon: 1e-3 }),
  ),
  residual: encodes(
    conv(4, { padding: 'same' }),
    layer('residual', {
      layers: [
        layer('groupNorm', { groups: 2 }),
        layer('residual', { layers: [conv(4, { padding: 'same' })] }),
      ],
    }),
  ),
  attention: encodes(conv(4), layer('attention', { heads: 2, groups: 2 }), layer('attention')),
  'masked conv2d': encodes(
    layer('maskedConv2d', { filters: 4, mask: 'A', colours: 2 }),
    layer('maskedConv2d', { filters: 4, kernel: [5, 3], activation: 'relu' }),
  ),
  dropout: encodes(dense(8, 'relu'), layer('dropout', { rate: 0.5 })),
  reshapes: encodes(
    conv(4),
    layer('reshape', { shape: [6, 6, 4] }),
    conv(3),
    layer('flatten'),
    dense(5),
  ),
  'sequence layers': {
    ...onSequences(
      layer('conv1d', { filters: 4, padding: 'same', stride: 2, activation: 'relu' }),
      layer('batchNorm'),
      layer('maxPool1d', { size: 2, stride: 1, padding: 'same' }),
      layer('averagePool1d', { size: 2, stride: 1 }),
      layer('upsample1d', { scale: 2 }),
      layer('upsample1d', { scale: 2, mode: 'linear' }),
      layer('attention', { heads: 2 }),
      layer('globalAveragePool'),
    ),
    decoder: [
      dense(12),
      layer('reshape', { shape: [4, 3] }),
      layer('convTranspose1d', { filters: 4, stride: 2, padding: 'same' }),
      layer('convTranspose1d', { filters: 4, kernel: 5, stride: 2, padding: 2, outputPadding: 1 }),
      layer('conv1d', { filters: 6, kernel: 5, padding: 2 }),
    ],
  },
  'sequence of steps': {
    input: [12],
    example: { kind: 'sequence', scaling: 'standardize' },
    likelihood: { type: 'laplace', scale: 'shared' },
    encoder: [layer('conv1d', { filters: 4, stride: 2, padding: 1 })],
    decoder: [dense(12)],
  },
  'standardized vectors': {
    input: [7],
    example: { kind: 'vector', scaling: 'standardize' },
    likelihood: { type: 'gaussian', variance: 'shared' },
    encoder: [dense(6, 'relu')],
    decoder: [dense(6, 'relu'), dense(7)],
  },
  'vectors in a range': {
    input: [7],
    example: { kind: 'vector', range: [-2, 3] },
    likelihood: { type: 'mse' },
    encoder: [],
    decoder: [dense(7)],
  },
  'gaussian of each pixel': likelihood('gaussian', 2, { variance: 'pixel' }),
  'gaussian fixed': likelihood('gaussian', 1, { variance: 0.1 }),
  'laplace of each pixel': likelihood('laplace', 2, { scale: 'pixel' }),
  'continuous bernoulli': likelihood('continuousBernoulli', 1),
  categorical: likelihood('categorical', 5, { levels: 5 }),
  'discretized logistic': likelihood('discretizedLogistic', 6, { mixtures: 2 }),
  'structural similarity': likelihood('msSsim', 1),
  autoencoder: objective('autoencoder'),
  'autoencoder, Gaussian': { ...objective('autoencoder'), sampler: samplers.gaussian() },
  'autoencoder, mixture': {
    ...objective('autoencoder'),
    sampler: samplers.gaussianMixture({ components: 3 }),
  },
  'diagonal mixture': {
    sampler: samplers.gaussianMixture({ components: 3, covariance: 'diagonal' }),
  },
  'β-VAE': objective('betaVae', { beta: 2 }),
  FactorVAE: objective('factorVae'),
  'conditional vector': objective('conditional', { classes: 4 }),
  'conditional channels': {
    ...objective('conditional', { classes: 4 }),
    ...encodes(conv(4)),
  },
  VampPrior: { ...objective('vampPrior', { components: 6 }), ...encodes(conv(4), dense(6)) },
  'VQ-VAE': { ...objective('vqVae', { codes: 8 }), ...quantized },
  'VQ-VAE without positions': { ...objective('vqVae', { codes: 8 }), encoder: [dense(3)] },
  'residual VQ': { ...objective('residualVq', { codes: 8, depth: 3 }), ...quantized },
  'residual VQ shared': {
    ...objective('residualVq', { codes: 8, depth: 2, shared: true }),
    ...quantized,
  },
  'latents with positions': { ...objective('autoencoderKl'), ...quantized },
  hyperspherical: objective('hyperspherical'),
  'Poincaré point': objective('poincare', { curvature: 0.7 }),
  'Poincaré tangent': objective('poincare', { decode: 'tangent', priorScale: 0.8 }),
  'Poincaré planes': objective('poincare', { decode: 'gyroplanes', planes: 5, curvature: 1.3 }),
  'Poincaré Riemannian': objective('poincare', { distribution: 'riemannianNormal' }),
  'planar flow': objective('normalizingFlow', { flow: 'planar', length: 3 }),
  'radial flow': objective('normalizingFlow', { flow: 'radial', length: 3 }),
  'autoregressive flow': objective('inverseAutoregressiveFlow', {
    length: 3,
    hidden: 10,
    context: 5,
  }),
  Hamiltonian: objective('hamiltonian', { leapfrogSteps: 2 }),
  'Riemannian Hamiltonian': objective('riemannianHamiltonian', {
    ...{ leapfrogSteps: 1, iterations: 1, hidden: 4, centroids: 8 },
  }),
  hierarchical: objective('hierarchical', { groups: 2, hidden: 9 }),
  'hierarchical, one group': objective('hierarchical', { groups: 1, hidden: 9 }),
};

/** Columns of every likelihood, and rows of them. */
const columns = [
  { name: 'height', kind: 'continuous', likelihood: 'gaussian', missing: 0.1, range: [-1, 9] },
  { name: 'colour', kind: 'categorical', type: 'text', categories: ['red', 'green', 'blue'] },
  { name: 'visits', kind: 'count' },
  { name: 'income', kind: 'continuous', likelihood: 'logNormal' },
  { name: 'smokes', kind: 'binary', type: 'text', categories: ['no', 'yes'], missing: 0.2 },
  { name: 'waiting', kind: 'continuous', likelihood: 'studentT' },
  { name: 'weight', kind: 'continuous', range: [0, 8] },
  { name: 'claims', kind: 'count', likelihood: 'zeroInflatedNegativeBinomial' },
  { name: 'shops', kind: 'categorical', type: 'text', categories: ['a', 'b', 'c'], missing: 0.1 },
  { name: 'calls', kind: 'count', likelihood: 'poisson', missing: 0.1 },
  { name: 'town', kind: 'categorical', type: 'text', categories: ['x', 'y'], rare: { u: 2, v: 1 } },
  { name: 'grade', kind: 'ordinal', type: 'text', categories: ['low', 'middle', 'high'] },
  {
    ...{ name: 'born', kind: 'date', type: 'text', likelihood: 'gaussian', missing: 0.1 },
    date: { format: 'YYYY-MM-DD', origin: 0, unit: 'day' },
  },
].map((column) => ({ type: 'number', missing: 0, ...column }));

function rowOf(uniform) {
  return columns.map(({ kind, categories, rare, missing }) => {
    const u = uniform();
    if (uniform() < missing) return Number.NaN;
    if (categories) return Math.floor(u * (categories.length + (rare ? 1 : 0)));
    return kind === 'count' ? Math.floor(u * 6) : u < 0.5 ? 1 + u : 5 + 2 * u;
  });
}

const rows = (names, parameters, options = {}) => {
  const own = columns.filter(({ name }) => names.includes(name));
  return {
    input: [own.length],
    example: { kind: 'table', columns: own },
    likelihood: { type: 'table' },
    encoder: [dense(8, 'tanh')],
    decoder: [dense(8, 'tanh'), dense(parameters)],
    ...options,
  };
};
cases['rows of a table'] = rows(
  columns.map(({ name }) => name),
  33,
);
cases['rows of numbers'] = rows(['height', 'waiting'], 2);
cases['rows of names, conditional'] = rows(
  ['colour', 'shops', 'smokes'],
  7,
  objective('conditional', { classes: 4 }),
);

/** Numbers of [0, 1] that look random and are the same everywhere. */
function noise(count) {
  let state = 1;
  return Float32Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  });
}

function dataOf({ shape, kind, range, scaling, columns: own }) {
  const size = shape.reduce((a, b) => a * b, 1);
  const count = 64;
  if (own) {
    const values = noise(2 * columns.length * count).values();
    const all = Array.from({ length: count }, () => rowOf(() => values.next().value));
    const places = own.map(({ name }) => columns.findIndex((each) => each.name === name));
    const picked = Float32Array.from(all.flatMap((each) => places.map((place) => each[place])));
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 4);
    return datasets.fromArray(picked, shape, { name: kind, labels, columns: own, table: own });
  }
  const [low, high] = range ?? [-2, 2];
  const scale = scaling === 'none' ? 1 : 5;
  const values = noise(count * size).map((u) => scale * (low + (high - low) * u));
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 4);
  return datasets.fromArray(values, shape, { name: kind, labels });
}

async function exportAll(name, { sampler, ...model }) {
  const vae = new VAE(vaekit.fromConfig({ ...usual, ...model }, name));
  const data = dataOf(vae.input);
  await vae.fit(data, { epochs: 2, batchSize: 16, optimizer: vaekit.adam({ learningRate: 0.01 }) });
  if (sampler) await vae.fitSampler(sampler, data);
  for (const target of programs) {
    const out = join(folder, target, name);
    let line = out;
    try {
      const { files, hasSample } = await vae.exportProgram(target);
      for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(join(out, file)), { recursive: true });
        await writeFile(join(out, file), content);
      }
      if (!hasSample) line = `${out} (no samples)`;
    } catch (error) {
      if (!(error instanceof vaekit.UserError)) throw error;
      line = `refused: ${name}: ${error.message}`;
    }
    console.log(line);
  }
  await vae.release();
}

for (const [name, model] of Object.entries(cases)) {
  if (chosen.length === 0 || chosen.includes(name)) await exportAll(name, model);
}
