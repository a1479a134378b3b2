/**
 * One training of the scaling benchmark, as one rank of several or, with `alone`, beside others that have
 * nothing to do with it: started by `mpirun`, through `bench/mpi.mjs`, so that both have the same processors.
 *
 * Usage: node train.mjs JSON, with `network`, `batch` (examples of a rank) and `alone`. Prints a JSON line
 * with `msPerStep`, the median over the calls of the runtime after the warm-up.
 */
import { adam, datasets, flushDenormals, fromConfig, VAE } from '../../dist/index.js';
import { joinMpi } from '../../dist/runtime/ranks/mpi.node.js';
import { networkOf } from '../networks.mjs';

const warmUpMilliseconds = 1500;
const measuredMilliseconds = 6000;

/** @type {{ network: 'dense' | 'mlp' | 'conv', batch: number, alone: boolean }} */
const { network, batch, alone } = JSON.parse(process.argv[2] ?? '{}');
const model = networkOf({ network });
const { input } = model;
flushDenormals();
const ranks = alone ? undefined : await joinMpi();
const batchSize = batch * (ranks?.size ?? 1);
const values = new Uint8Array(input.reduce((count, size) => count * size, 8 * batchSize));
for (let i = 0; i < values.length; i++) values[i] = (i * 2654435761) >>> 24;
const vae = new VAE(fromConfig(model, network));
const stop = new AbortController();
const began = performance.now();
/** @type {{ at: number, step: number } | undefined} */
let first;
let last = { at: began, step: 0 };
await vae.fit(datasets.fromArray(values, input), {
  epochs: 1_000_000,
  batchSize,
  threads: 1,
  optimizer: adam(),
  signal: stop.signal,
  ...(ranks ? { ranks } : {}),
  callbacks: [
    {
      onProgress({ epoch, step, steps }) {
        last = { at: performance.now(), step: (epoch - 1) * steps + step };
        if (!first && last.at - began > warmUpMilliseconds) first = last;
        if (last.at - began > warmUpMilliseconds + measuredMilliseconds) stop.abort();
      },
    },
  ],
});
if (first) {
  const msPerStep = (last.at - first.at) / (last.step - first.step);
  console.log(JSON.stringify({ msPerStep, steps: last.step - first.step }));
}
await ranks?.leave();
