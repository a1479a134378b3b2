/**
 * Measures a step of FactorVAE, whose discriminator is a second player, beside a step of a β-VAE. Both have the
 * network of Kim and Mnih 2018, for sprites of 64 × 64 in batches of 64. Build first.
 *
 * Usage: node bench/players.mjs [--rounds N] [--steps N] [--threads N]
 */
import { parseArgs } from 'node:util';
import {
  adam,
  betaVae,
  conv2d,
  convTranspose2d,
  datasets,
  dense,
  factorVae,
  flushDenormals,
  reshape,
  VAE,
} from '../dist/index.js';
import { median } from './measure.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '100' },
    threads: { type: 'string' },
  },
});
const [rounds, steps] = [Number(values.rounds), Number(values.steps)];
const batchSize = 64;

flushDenormals();
const all = datasets.sprites();
const bytes = new Uint8Array(steps * batchSize * 64 * 64);
// A step of a prime number goes through sprites of all kinds.
const places = Array.from({ length: steps * batchSize }, (_, i) => (i * 7919) % all.size);
await all.read(places, bytes);
const data = datasets.fromArray(bytes, [1, 64, 64]);

/** @type {{ kernel: number, stride: number, padding: 'same' }} */
const window = { kernel: 4, stride: 2, padding: 'same' };
const halve = (/** @type {number} */ filters) => conv2d(filters, { ...window, activation: 'relu' });
const double = (
  /** @type {number} */ filters,
  /** @type {'relu' | 'linear'} */ activation = 'relu',
) => convTranspose2d(filters, { ...window, activation });

/** One training of two epochs; the second is measured. @returns {Promise<{ wall: number, processor: number }>} ms a step */
async function measure(/** @type {import('../dist/index.js').Objective} */ objective) {
  const vae = new VAE({
    input: [1, 64, 64],
    latent: 10,
    encoder: [halve(32), halve(32), halve(64), halve(64), dense(128, { activation: 'relu' })],
    decoder: [
      dense(128, { activation: 'relu' }),
      dense(1024, { activation: 'relu' }),
      reshape([64, 4, 4]),
      double(64),
      double(32),
      double(32),
      double(1, 'linear'),
    ],
    likelihood: 'bernoulli',
    objective,
  });
  /** @type {{ wall: number, processor: number }[]} */
  const ends = [];
  await vae.fit(data, {
    epochs: 2,
    batchSize,
    optimizer: adam({ learningRate: 1e-4 }),
    ...(values.threads ? { threads: Number(values.threads) } : {}),
    callbacks: [
      {
        onEpochEnd() {
          const { user, system } = process.cpuUsage();
          ends.push({ wall: performance.now(), processor: (user + system) / 1000 });
        },
      },
    ],
  });
  await vae.release();
  const [first, second] = /** @type {[typeof ends[0], typeof ends[0]]} */ (ends);
  return {
    wall: (second.wall - first.wall) / steps,
    processor: (second.processor - first.processor) / steps,
  };
}

const kinds = { 'β-VAE': betaVae({ beta: 4 }), FactorVAE: factorVae({ gamma: 35 }) };
/** @type {Record<string, { wall: number, processor: number }[]>} */
const found = { 'β-VAE': [], FactorVAE: [] };
for (let round = 0; round < rounds; round++) {
  for (const [name, objective] of Object.entries(kinds)) {
    const step = await measure(objective);
    found[name].push(step);
    console.log(
      `${name}: ${step.wall.toFixed(1)} ms/step, ${step.processor.toFixed(1)} ms of processors`,
    );
  }
}
for (const part of /** @type {const} */ (['wall', 'processor'])) {
  const [beta, factor] = Object.values(found).map((rows) => median(rows.map((row) => row[part])));
  console.log(`${part}: FactorVAE takes ${(factor / beta).toFixed(2)} times the step of the β-VAE`);
}
