const { VAE } = require('vaekit');

const again = import('vaekit');
import('./train.mjs').then(async ({ train }) => {
  if ((await again).VAE !== VAE) throw new Error('require and import give two copies');
  console.log(JSON.stringify(await train()));
});
