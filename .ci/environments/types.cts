import { dense, fromArray, reshape, UserError, VAE, type VAEOptions } from 'vaekit';

import whole = require('vaekit');

const options: VAEOptions = {
  input: [1, 4, 4],
  latent: 2,
  encoder: [dense(4)],
  decoder: [dense(16), reshape([1, 4, 4])],
};
const vae: whole.VAE = new VAE(options);
const data = fromArray(new Uint8Array(64 * 16), [1, 4, 4]);
void vae.fit(data, { epochs: 1 }).then(({ epochs }) => {
  const loss: number | undefined = epochs[0]?.loss;
  // @ts-expect-error: were the types not found, it would be any.
  const wrong: string = loss;
  if (!Number.isFinite(loss)) throw new UserError(wrong);
  console.log('trained');
});
