// A program that trains on a thread, and then encodes there; `main` names the thread it began with.
import { isMainThread, SHARE_ENV, Worker } from 'node:worker_threads';

const environments = { copied: process.env, empty: {}, shared: SHARE_ENV };

const [, script, place] = process.argv;
if (isMainThread && place !== 'main') {
  const thread = new Worker(script, { argv: [place], env: environments[place] });
  thread.on('exit', (code) => {
    process.exitCode = code;
  });
} else {
  const { dense, fromArray, reshape, VAE } = await import('vaekit');
  const shape = [1, 2, 2];
  const vae = new VAE({
    input: shape,
    latent: 2,
    encoder: [dense(4)],
    decoder: [dense(4), reshape(shape)],
    seed: 1,
  });
  const data = fromArray(new Float32Array(256), shape);
  const { epochs } = await vae.fit(data, { epochs: 1 });
  const { mean } = await vae.encode(data.images);
  console.log(epochs.length, mean.dims.join());
  await vae.release();
}
