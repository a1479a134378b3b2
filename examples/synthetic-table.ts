import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  datasets,
  measureQuality,
  qualityRows,
  report,
  settingsFor,
  type Tensor,
  VAE,
} from 'vaekit';

const { EPOCHS = 300 } = process.env;

// 344 penguins of three species (Gorman et al. 2014), from the npm package vega-datasets.
const file = new URL('../data/penguins.json', import.meta.resolve('vega-datasets'));
const { train: all } = await datasets.openDataset(fileURLToPath(file), { rows: 'table' });
const { train, validation } = datasets.split(all, 0.3, 1);
for (const { name, kind, missing } of train.table ?? []) {
  console.log(`${name}: ${kind}${missing > 0 ? `, ${(100 * missing).toFixed(1)} % missing` : ''}`);
}

// Network, likelihoods and batches follow the table.
const { model, training } = await settingsFor(train);
const vae = new VAE(model);
const { epochs } = await vae.fit(train, { ...training, epochs: Number(EPOCHS), validation });
console.log(
  `val_loss ${epochs[0]?.val_loss?.toFixed(2)} to ${epochs.at(-1)?.val_loss?.toFixed(2)}`,
);

/** Rows as the table has them, from the numbers that a model has for them. */
const rowsOf = async ({ data }: Tensor) => {
  const columns = vae.input.columns ?? [];
  return (await datasets.TableRows.of(columns, data as Float32Array)).objects();
};

// New rows, and rows that meet conditions.
await mkdir('runs/examples', { recursive: true });
const drawn = await rowsOf(await vae.sample(1000));
await writeFile('runs/examples/penguins.json', JSON.stringify(drawn));
console.log(`${drawn.length} penguins drawn`);
const heavy = { Species: 'Gentoo', 'Body Mass (g)': { from: 5500 } };
const [one] = await rowsOf(await vae.sample(1, { where: heavy }));
console.log(`a heavy ${one?.Species} of ${one?.['Body Mass (g)']} g`);

// Measures how good they are, by SDMetrics' measures, beside rows that training never saw.
const rows = await qualityRows({
  real: train,
  synthetic: await vae.sample(train.size),
  heldOut: validation,
});
const found = await measureQuality(rows, { target: 'Species' });
console.log(`quality ${found.score?.toFixed(3)}`);
await writeFile('runs/examples/synthetic-table.png', await report.qualityPicture(rows, found));

// Odd rows come first, and gaps are filled.
const { values } = await vae.score(all);
const oddest = values.indexOf(Math.max(...values));
console.log(`oddest: ${all.origin?.(oddest)}`);
const known = [{ Species: 'Adelie', Sex: 'MALE' }];
const gaps = await datasets.fromRows(known, { name: 'gaps', like: vae.input.columns });
const { single } = await vae.impute(gaps.train, {});
const [filled] = await rowsOf(single);
console.log(`a male Adelie weighs ${filled?.['Body Mass (g)']} g`);
await vae.release();
