/**
 * Measures `vaekit impute` beside means and scikit-learn's IterativeImputer, with a fifth of all cells
 * missing: `npm run bench:imputation -- --help`.
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './process.mjs';
import { lines, measureUse, peer, vaekit } from './uses.mjs';

const HELP = `Measures imputation by vaekit impute, by means and by scikit-learn's IterativeImputer.

Usage: npm run bench:imputation -- [options]

  --rounds N     seeds of the gaps, and of all training (default 3; 0 measures nothing)
  --readme       write the table into docs/scores-and-gaps.md
  --help         print this

Needs a Python with scikit-learn and pandas: python3, or one that VAEKIT_PYTHON names.
`;

const tables = ['wine', 'breast_cancer', 'diabetes', 'penguins'];

/** MIWAE's bound, with few latents. */
const training = [
  ...['--preset', 'tabular', '--objective', 'iwae', '--latent', '8'],
  ...['--batch-size', '32', '--epochs', '200'],
];

/**
 * @param {string} python
 * @param {string} folder
 * @param {number} seeds
 */
async function* measure(python, folder, seeds) {
  const penguins = fileURLToPath(
    new URL('../data/penguins.json', import.meta.resolve('vega-datasets')),
  );
  await run(python, [peer('tables.py'), 'write', folder, penguins]);
  const files = tables.map((table) => `${folder}${table}.csv`);
  const imputation = peer('imputation.py');
  const given = ['write', `${folder}gaps`, ...files, '--seeds', String(seeds)];
  const { text } = await run(python, ['-W', 'ignore', imputation, ...given]);
  for (const { table: work, seed, gaps, contestant, ...figures } of lines(text)) {
    yield { work, contestant, seed, ...figures };
    if (contestant !== 'iterative') continue;
    const model = gaps.replace(/\.csv$/, '-run');
    const filled = gaps.replace(/\.csv$/, '-filled.csv');
    rmSync(model, { recursive: true, force: true });
    const fit = ['--data', gaps, '--out', model, '--seed', String(seed)];
    const trained = await run(process.execPath, vaekit('train', ...fit, ...training));
    const imputed = await run(process.execPath, vaekit('impute', model, '--out', filled));
    const whole = `${folder}${work}.csv`;
    const scored = await run(python, ['-W', 'ignore', imputation, 'score', whole, gaps, filled]);
    const seconds = trained.seconds + imputed.seconds;
    yield { work, contestant: 'vaekit', seed, ...lines(scored.text)[0], seconds };
  }
}

await measureUse({
  name: 'imputation',
  help: HELP,
  modules: ['sklearn', 'pandas'],
  figures: [
    ['RMSE of numbers, in deviations', 'rmse'],
    ['right categories', 'accuracy'],
    ['seconds', 'seconds'],
  ],
  measure,
});
