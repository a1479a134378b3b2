/**
 * One training of the scaling benchmark, on made-up images.
 *
 * Usage: node scale.mjs JSON, with a `Setting`. Prints one JSON line with `multiplications`, the
 * multiply-adds of a step, and `msPerStep`, the median over the calls of the runtime that begin after
 * the warm-up.
 */
import { adam, datasets, flushDenormals, fromConfig, VAE } from '../../dist/index.js';
import { median } from '../measure.mjs';
import { multiplicationsOf } from '../multiplications.mjs';
import { networkOf } from '../networks.mjs';

/** @typedef {Required<import('../networks.mjs').Size> & { batch: number, examples: number }} Setting */

const warmUpMilliseconds = 400;
const measuredMilliseconds = 1200;

/** @type {Setting} */
const { batch, examples, ...network } = JSON.parse(process.argv[2] ?? '{}');
const model = networkOf(network);
const { input } = model;
// `vaekit train` does so too.
flushDenormals();
const values = new Uint8Array(input.reduce((count, size) => count * size, examples));
for (let i = 0; i < values.length; i++) values[i] = (i * 2654435761) >>> 24;
const vae = new VAE(fromConfig(model, 'model'));
const stop = new AbortController();
/** @type {number[]} */
const perStep = [];
let before = { at: performance.now(), step: 0 };
const began = before.at;
await vae.fit(datasets.fromArray(values, input), {
  epochs: 1_000_000,
  batchSize: batch,
  optimizer: adam(),
  signal: stop.signal,
  callbacks: [
    {
      onProgress({ epoch, step, steps }) {
        const at = performance.now();
        const done = (epoch - 1) * steps + step;
        if (before.at - began > warmUpMilliseconds) {
          perStep.push((at - before.at) / (done - before.step));
        }
        before = { at, step: done };
        const over = at - began > warmUpMilliseconds + measuredMilliseconds;
        if (over && perStep.length >= 3) stop.abort();
      },
    },
  ],
});
const multiplications = batch * multiplicationsOf('train', model);
console.log(JSON.stringify({ msPerStep: median(perStep), multiplications }));
