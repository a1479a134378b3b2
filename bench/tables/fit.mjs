/**
 * Learns a table as `vaekit train` does, and tells the seconds of learning alone: `node bench/tables/fit.mjs
 * TABLE RUN EPOCHS SEED`. The table is read before, as a peer's is; the model is written after.
 */
import { datasets, settingsFor, VAE } from '../../dist/index.js';

const [table = '', out = '', epochs = '300', seed = '42'] = process.argv.slice(2);
const { train } = await datasets.openDataset(table, { rows: 'table' });
const begin = performance.now();
const { model, training } = await settingsFor(train, {
  preset: 'tabular',
  model: { seed: Number(seed) },
});
const vae = new VAE(model);
await vae.fit(train, { ...training, epochs: Number(epochs) });
const trainSeconds = (performance.now() - begin) / 1000;
await vae.save(out);
await vae.release();
const peakMemory = process.resourceUsage().maxRSS * 1024;
process.stdout.write(`${JSON.stringify({ trainSeconds, peakMemory })}\n`);
