/**
 * Measures `vaekit score` beside scikit-learn's IsolationForest on two labelled tables of scikit-learn:
 * `npm run bench:anomaly -- --help`.
 */
import { rmSync } from 'node:fs';
import { run } from './process.mjs';
import { lines, measureUse, peer, vaekit } from './uses.mjs';

const HELP = `Measures the detection of anomalies by vaekit score and by scikit-learn's IsolationForest.

Usage: npm run bench:anomaly -- [options]

  --rounds N     seeds of the parts that are trained on, and of all training (default 3; 0 measures nothing)
  --readme       write the table into docs/scores-and-gaps.md
  --help         print this

Needs a Python with scikit-learn and pandas: python3, or one that VAEKIT_PYTHON names.
`;

/**
 * The plain command, and the preset in the large batches that it has by itself: fewer steps.
 * @type {[contestant: string, options: string[]][]}
 */
const contestants = [
  ['vaekit', []],
  ['vaekit --preset tabular', ['--preset', 'tabular']],
];

/**
 * @param {string} python
 * @param {string} folder
 * @param {number} seeds
 */
async function* measure(python, folder, seeds) {
  const given = [peer('anomaly.py'), folder, '--seeds', String(seeds)];
  const forests = lines((await run(python, given)).text);
  for (const { table, way, seed, path, anomaly, ...figures } of forests) {
    const work = `${table}, ${way}`;
    yield { work, contestant: 'IsolationForest', seed, ...figures };
    for (const [contestant, training] of contestants) {
      const model = `${path}-run`;
      rmSync(model, { recursive: true, force: true });
      const fit = ['--data', `${path}-train.csv`, '--out', model, ...training];
      const trained = await run(process.execPath, vaekit('train', ...fit, '--seed', String(seed)));
      const told = ['--data', `${path}-test.csv`, '--label', 'class', '--anomaly', anomaly];
      const scored = await run(process.execPath, vaekit('score', model, ...told, '--json'));
      const { areaUnderRoc, averagePrecision } = JSON.parse(scored.text);
      const seconds = trained.seconds + scored.seconds;
      yield { work, contestant, seed, areaUnderRoc, averagePrecision, seconds };
    }
  }
}

await measureUse({
  name: 'anomaly',
  help: HELP,
  modules: ['sklearn', 'pandas'],
  figures: [
    ['area under ROC', 'areaUnderRoc'],
    ['average precision', 'averagePrecision'],
    ['seconds', 'seconds'],
  ],
  measure,
});
