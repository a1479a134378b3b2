import { Tensor } from 'onnxruntime-common';
import { dense, type VAE } from '../../../src/index.js';
import { column, tableVAE } from '../tables.js';

/** A factor model of two numbers and a word: x = mean + deviation (a z) + s ε, and P(1) = σ(3 z). */
const means = [10, -4];
const deviations = [2, 0.5];
const loadings = [0.9, -0.6];
/** Logarithms of spreads, in deviations. */
const trained = [-1, -0.5];
const ratio = 1e-4;
const slope = 3;

export const columns = [
  column('a', 'continuous', { likelihood: 'gaussian', missing: 0.1 }),
  column('b', 'continuous', { likelihood: 'gaussian', missing: 0.1 }),
  column('c', 'binary', { categories: ['no', 'yes'], missing: 0.1 }),
];

const spreads = deviations.map((d, i) => d * Math.hypot(ratio, Math.exp(trained[i]!)));

/** A model whose parameters are set so that all of p(x, z) is known; its encoder tells nothing. */
export function knownVAE(): VAE {
  const vae = tableVAE(columns, { latent: 1, encoder: [], decoder: [dense(3)] });
  const zeros = Object.entries(vae.parameters()).map(([name, { dims, size }]) => {
    return [name, new Tensor('float32', new Float32Array(size), dims)] as const;
  });
  const values = Object.fromEntries(zeros);
  const set = (name: string, numbers: readonly number[]) => {
    values[name] = new Tensor('float32', Float32Array.from(numbers), values[name]!.dims);
  };
  set('input.deviation', [1, 1]);
  set('likelihood.gaussian.data.mean', means);
  set('likelihood.gaussian.data.deviation', deviations);
  set('likelihood.gaussian.data.ratio', [ratio, ratio]);
  set('likelihood.gaussian.logSpread', trained);
  set('decoder.0.weight', [...loadings, slope]);
  vae.setParameters(values);
  return vae;
}

/** The mean of a column's numbers at z. */
const numberAt = (c: number, z: number) => means[c]! + deviations[c]! * loadings[c]! * z;

/** −log p(x | z) of each value, 0 for gaps. */
export function natsAt(row: readonly number[], z: number): number[] {
  return row.map((x, c) => {
    if (Number.isNaN(x)) return 0;
    if (c === 2) return Math.log1p(Math.exp(x === 1 ? -slope * z : slope * z));
    const s = spreads[c]!;
    return 0.5 * ((x - numberAt(c, z)) / s) ** 2 + Math.log(s) + 0.5 * Math.log(2 * Math.PI);
  });
}

/** log p, means and nats of a row by p(z | observed), summed over a fine grid of z. */
export function exactly(row: readonly number[]) {
  const step = 0.002;
  const grid = Array.from({ length: 8001 }, (_, i) => -8 + i * step);
  const joint = grid.map((z) => {
    const prior = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    return prior * Math.exp(-natsAt(row, z).reduce((a, b) => a + b, 0)) * step;
  });
  const evidence = joint.reduce((a, b) => a + b, 0);
  const expectation = (of: (z: number) => number) =>
    grid.reduce((sum, z, i) => sum + joint[i]! * of(z), 0) / evidence;
  const at = (c: number) => (z: number) =>
    c === 2 ? 1 / (1 + Math.exp(-slope * z)) : numberAt(c, z);
  const found = [0, 1, 2].map((c) => expectation(at(c)));
  return {
    logEvidence: Math.log(evidence),
    nats: row.map((_, c) => expectation((z) => natsAt(row, z)[c]!)),
    means: found,
    variances: [0, 1].map(
      (c) => expectation((z) => (numberAt(c, z) - found[c]!) ** 2) + spreads[c]! ** 2,
    ),
    covariance: expectation((z) => (numberAt(1, z) - found[1]!) * (at(2)(z) - found[2]!)),
  };
}
