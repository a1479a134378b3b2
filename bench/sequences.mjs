/**
 * Trains the presets mlp and sequence on series: `node bench/sequences.mjs`, with the numbers of epochs and
 * the names of series if others are wanted: `node bench/sequences.mjs 20 beats`.
 */
import { readFileSync } from 'node:fs';
import { fillNormal, fillUniform, randomStream } from '../dist/base/random.js';
import { adam, datasets, VAE } from '../dist/index.js';
import { fromConfig } from '../dist/vae/config/options.js';
import { preset } from '../dist/vae/config/presets.js';
import { markdown } from './table.mjs';

const [epochs = '60', ...asked] = process.argv.slice(2);

/** @param {string} name @param {number} count */
function uniform(name, count) {
  const values = new Float32Array(count);
  fillUniform(randomStream(1, name), values);
  return values;
}

/** @param {string} name @param {number} count */
function normal(name, count) {
  const values = new Float32Array(count);
  fillNormal(randomStream(1, name), values);
  return values;
}

/**
 * Sines of any phase, 1 to 4 periods long, of another height each, with noise.
 * @param {number} count
 */
function sines(count) {
  const steps = 96;
  const drawn = uniform('sines', 3 * count);
  const noise = normal('sines', count * steps);
  const values = noise.map((each, i) => {
    const [example, step] = [Math.floor(i / steps), i % steps];
    const [periods, phase, height] = drawn.subarray(3 * example, 3 * example + 3);
    const angle = 2 * Math.PI * (((1 + 3 * (periods ?? 0)) * step) / steps + (phase ?? 0));
    return (0.5 + (height ?? 0)) * Math.sin(angle) + 0.1 * each;
  });
  return datasets.fromArray(values, [1, steps], { name: 'sines' });
}

/** The waves of a heartbeat: place and width as shares of the whole, and height. */
const waves = [
  [0.2, 0.03, 0.2],
  [0.35, 0.012, -0.15],
  [0.38, 0.012, 1],
  [0.42, 0.015, -0.3],
  [0.62, 0.05, 0.35],
];

/**
 * Heartbeats: five waves, each of a place, width and height that vary, with noise.
 * @param {number} count
 */
function beats(count) {
  const steps = 140;
  const drawn = normal('beats', count * 3 * waves.length);
  const noise = normal('beats noise', count * steps);
  const values = noise.map((each, i) => {
    const [example, step] = [Math.floor(i / steps), i % steps];
    let value = 0.02 * each;
    waves.forEach(([place = 0, width = 0, height = 0], wave) => {
      const [a = 0, b = 0, c = 0] = drawn.subarray(3 * (example * waves.length + wave));
      const distance = step / steps - place - 0.02 * a;
      value +=
        height * (1 + 0.15 * b) * Math.exp(-((distance / (width * (1 + 0.15 * c))) ** 2) / 2);
    });
    return value;
  });
  return datasets.fromArray(values, [1, steps], { name: 'beats' });
}

/** Days of Seattle by the hour: the normal pressure, temperature and wind of each day of a year. */
function weather() {
  const file = import.meta
    .resolve('vega-datasets')
    .replace(/vega-datasets\/.*/, 'vega-datasets/data/seattle-weather-hourly-normals.csv');
  const rows = readFileSync(new URL(file), 'utf8').trim().split('\n').slice(1);
  const days = Math.floor(rows.length / 24);
  const values = new Float32Array(days * 72);
  rows.slice(0, days * 24).forEach((row, hour) => {
    const cells = row.split(',').slice(1).map(Number);
    cells.forEach((cell, channel) => {
      values[Math.floor(hour / 24) * 72 + channel * 24 + (hour % 24)] = cell;
    });
  });
  return datasets.fromArray(values, [3, 24], { name: 'weather' });
}

/** @param {number} loss in nats */
const elbo = (loss) => (-loss).toFixed(1).replace('-', '−');

const series = { sines: () => sines(3000), beats: () => beats(3000), weather };

/** @type {string[][]} */
const rows = [];
for (const [name, make] of Object.entries(series)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const { train, validation } = datasets.split(make(), 1 / 3, 1);
  for (const network of ['mlp', 'sequence']) {
    const { model, training } = preset(network, train.shape, {
      latent: name === 'weather' ? 4 : 16,
      likelihood: { type: 'gaussian', variance: 'pixel' },
      example: { scaling: 'standardize' },
    });
    const { learningRate } = /** @type {{ learningRate?: number }} */ (training.optimizer ?? {});
    const vae = new VAE(fromConfig(model, network));
    const started = performance.now();
    const history = await vae.fit(train, {
      epochs: Number(epochs),
      batchSize: 64,
      validation,
      optimizer: adam(learningRate === undefined ? {} : { learningRate }),
    });
    const seconds = (performance.now() - started) / 1000;
    const losses = history.epochs.map(({ val_loss: loss = Number.NaN }) => loss);
    rows.push([
      `${name}, ${train.size} of [${train.shape.join(', ')}]`,
      network,
      vae.layers().parameters.toLocaleString('en'),
      elbo(Math.min(...losses)),
      elbo(losses.at(-1) ?? Number.NaN),
      seconds.toFixed(0),
    ]);
    await vae.release();
  }
}
const head = ['series', 'preset', 'parameters', 'best ELBO', 'last ELBO', 'seconds'];
process.stdout.write(`${markdown(head, rows).join('\n')}\n`);
