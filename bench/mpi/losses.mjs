/**
 * The losses of the first steps of a training on MNIST, as one rank of several or as one process: started
 * through `bench/mpi.mjs`. Usage: node losses.mjs JSON, with `network`, `batch` and `steps`. Rank 0 prints them as JSON.
 */
import { adam, datasets, flushDenormals, fromConfig, joinMpi, VAE } from '../../dist/index.js';
import { networkOf } from '../networks.mjs';

/** @type {{ network: 'mlp' | 'conv', batch: number, steps: number }} */
const { network, batch, steps } = JSON.parse(process.argv[2] ?? '{}');
flushDenormals();
const ranks = await joinMpi();
const { train } = await datasets.mnist();
/** @type {number[]} */
const losses = [];
let before = 0;
const stop = new AbortController();
await new VAE(fromConfig(networkOf({ network }), network)).fit(train, {
  epochs: 1,
  batchSize: batch,
  stepsPerCall: 1,
  threads: 1,
  optimizer: adam(),
  signal: stop.signal,
  ...(ranks ? { ranks } : {}),
  callbacks: [
    {
      onProgress({ examples, metrics }) {
        const sum = metrics.loss * examples;
        losses.push((sum - before) / batch);
        before = sum;
        if (losses.length === steps) stop.abort();
      },
    },
  ],
});
if (losses.length > 0) console.log(JSON.stringify(losses));
await ranks?.leave();
