import { Tensor } from 'onnxruntime-common';
import { fillNormal, randomStream } from '../../../src/base/random.js';
import { fromArray } from '../../../src/data/dataset.js';
import { dense, type Objective, VAE, vae } from '../../../src/index.js';

export const examples = 16;
const [values, variance] = [4, 0.25];

function normal(count: number, name: string, scale = 1): Float32Array {
  const numbers = new Float32Array(count);
  fillNormal(randomStream(7, name), numbers);
  return numbers.map((x) => x * scale);
}

/*
 * x = W z + b + σ ε, a linear model whose p(x) and p(z | x) are Gaussians (Tipping and Bishop 1999). The columns of W are
 * orthogonal, wᵢ = lᵢ hᵢ / 2 with rows h of a Hadamard matrix, so that p(z | x) is diagonal.
 */
const lengths = [2.4, 1.6, 0.9];
const latents = lengths.length;
const directions = [
  [1, 1, 1, 1],
  [1, -1, 1, -1],
  [1, 1, -1, -1],
];
const weight = (j: number, k: number) => (lengths[k]! * directions[k]![j]!) / 2;
const bias = normal(values, 'bias');
const noise = normal(examples * values, 'noise', Math.sqrt(variance));
const z = normal(examples * latents, 'z');
const linear = Float32Array.from(noise, (e, place) => {
  const [i, j] = [Math.floor(place / values), place % values];
  return lengths.reduce((sum, _, k) => sum + weight(j, k) * z[i * latents + k]!, e + bias[j]!);
});
export const data = fromArray(linear, [values]);

/** log N(x; b, W Wᵀ + σ² I) by the lengths of x along and across the directions; the mean over examples. */
export const exact = (() => {
  let total = 0;
  for (let i = 0; i < examples; i++) {
    const x = Array.from({ length: values }, (_, j) => linear[i * values + j]! - bias[j]!);
    const along = directions.map((h) => h.reduce((sum, each, j) => sum + (each * x[j]!) / 2, 0));
    const rest = x.reduce((sum, each) => sum + each ** 2, 0);
    const across = along.reduce((sum, each) => sum - each ** 2, rest);
    const log = (square: number, s: number) => -0.5 * (square / s + Math.log(2 * Math.PI * s));
    total += along.reduce((sum, a, k) => sum + log(a ** 2, lengths[k]! ** 2 + variance), 0);
    total += log(across, variance);
  }
  return total / examples;
})();

const tensor = (dims: number[], at: (...place: number[]) => number) => {
  const [rows, columns = 1] = dims as [number, number?];
  const numbers = Float32Array.from({ length: rows * columns }, (_, i) =>
    at(Math.floor(i / columns), i % columns),
  );
  return new Tensor('float32', numbers, dims);
};

const precision = (k: number) => lengths[k]! ** 2 + variance;

/** The model, with an encoder that gives the exact p(z | x), the same with twice the variance, or the prior. */
export function linearVAE(tells: 'all' | 'some' | 'nothing', objective: Objective = vae()): VAE {
  const model = new VAE({
    input: [values],
    latent: latents,
    encoder: [],
    decoder: [dense(values)],
    objective,
    likelihood: { type: 'gaussian', variance },
  });
  const slope = (k: number, j: number) => (tells === 'nothing' ? 0 : weight(j, k) / precision(k));
  const spread = (k: number) => {
    if (tells === 'nothing') return 0;
    return Math.log((variance / precision(k)) * (tells === 'some' ? 2 : 1));
  };
  const offset = (k: number) => bias.reduce((sum, b, j) => sum - slope(k, j) * b, 0);
  model.setParameters({
    'mean.weight': tensor([latents, values], slope),
    'mean.bias': tensor([latents], offset),
    'logVariance.weight': tensor([latents, values], () => 0),
    'logVariance.bias': tensor([latents], spread),
    'decoder.0.weight': tensor([values, latents], weight),
    'decoder.0.bias': tensor([values], (j) => bias[j]!),
  });
  return model;
}
