/**
 * Measures how a training step grows with batch size, width, depth, image size and data size:
 * `npm run bench:scale -- --help`.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { drawChart } from '../dist/report/chart.js';
import { sgemmPeak } from './limit/sgemm.mjs';
import { median } from './measure.mjs';
import { commonOptions, log, refuse, roundsAsked } from './options.mjs';
import { fillIn } from './readme.mjs';
import { readResults, writeResults } from './results.mjs';
import { machineOf, markdown, significant } from './table.mjs';

const HELP = `Measures how a training step of vaekit grows.

Usage: npm run bench:scale -- [options]

  --rounds N   interleaved rounds (default 3; 0 measures nothing)
  --readme     write the table and the curves into docs/
  --help       print this

Results are kept in bench/results/scale.json.
`;

/**
 * @typedef {import('./vaekit/scale.mjs').Setting} Setting
 *
 * @typedef {object} Point
 * @property {string} curve the quantity that grows, and the network
 * @property {string} axis the quantity that grows
 * @property {string} network
 * @property {number} value
 * @property {number} msPerStep median over the rounds
 * @property {number} share of the sgemm peak beside each round
 *
 * @typedef {object} Scale
 * @property {string} date
 * @property {number} rounds
 * @property {Point[]} points
 */

/** @type {Setting} */
const usual = { network: 'mlp', batch: 128, width: 512, depth: 1, size: 28, examples: 8192 };

/**
 * Quantities that grow, from their first values.
 * @type {{ key: Exclude<keyof Setting, 'network'>, axis: string, from: Partial<Setting>[], values: number[] }[]}
 */
const curves = [
  {
    key: 'batch',
    axis: 'batch size',
    from: [{ network: 'dense', examples: 60_000 }, { network: 'mlp' }, { network: 'conv' }],
    values: [8, 32, 128, 512],
  },
  {
    key: 'width',
    axis: 'units of a hidden layer',
    from: [{ network: 'mlp' }],
    values: [64, 256, 1024, 2048],
  },
  {
    key: 'depth',
    axis: 'hidden layers of encoder and of decoder',
    from: [{ network: 'mlp', width: 256 }],
    values: [1, 2, 4, 8],
  },
  {
    key: 'size',
    axis: 'image height and width',
    from: [
      { network: 'mlp', examples: 2048 },
      { network: 'conv', batch: 32, examples: 2048 },
    ],
    values: [16, 28, 64, 128],
  },
  {
    key: 'examples',
    axis: 'examples in the data set',
    from: [{ network: 'dense', batch: 32 }],
    values: [16_000, 64_000, 256_000, 1_024_000],
  },
];

const program = fileURLToPath(new URL('vaekit/scale.mjs', import.meta.url));

/**
 * @param {Setting} setting
 * @returns {{ msPerStep: number, multiplications: number }}
 */
function measured(setting) {
  const args = [program, JSON.stringify(setting)];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${JSON.stringify(setting)}: ${stderr.trim()}`);
  return JSON.parse(stdout);
}

/**
 * @param {number} rounds
 * @returns {Promise<Scale>}
 */
async function measureAll(rounds) {
  const points = curves.flatMap(({ key, axis, from, values }) =>
    from.flatMap((start) =>
      values.map((value) => {
        const setting = { ...usual, ...start, [key]: value };
        /** @type {{ times: number[], shares: number[] }} */
        const taken = { times: [], shares: [] };
        return { axis, network: setting.network, value, setting, ...taken };
      }),
    ),
  );
  for (let round = 1; round <= rounds; round++) {
    const peak = await sgemmPeak({ threads: availableParallelism() });
    for (const { axis, network, value, setting, times, shares } of points) {
      const { msPerStep, multiplications } = measured(setting);
      times.push(msPerStep);
      shares.push(multiplications / (5e5 * msPerStep * peak));
      const label = `round ${round}/${rounds}  ${network}, ${axis} ${value}`;
      log(`${label}  ${significant(msPerStep)} ms/step`);
    }
  }
  return {
    date: new Date().toISOString(),
    rounds,
    points: points.map(({ axis, network, value, times, shares }) => ({
      ...{ curve: `${axis}, ${network}`, axis, network, value },
      msPerStep: median(times),
      share: median(shares),
    })),
  };
}

/**
 * A row a curve, each cell a size with its time and share of the sgemm peak.
 * @param {import('./results.mjs').Results & { scale: Scale }} results
 */
function scaleTable(results) {
  const { points, date, rounds } = results.scale;
  const rows = [...new Set(points.map(({ curve }) => curve))].map((name) => {
    const cells = points
      .filter(({ curve }) => curve === name)
      .map(
        ({ value, msPerStep, share }) =>
          `${value.toLocaleString('en')}: ${significant(msPerStep)} (${significant(100 * share)} %)`,
      );
    return [name, ...cells];
  });
  return [
    ...markdown(['what grows: ms/step (of the sgemm peak)', '', '', '', ''], rows),
    '',
    `${date.slice(0, 10)}, ${machineOf(results)}; ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`} of \`npm run bench:scale\`.`,
  ].join('\n');
}

/**
 * Curves with both axes logarithmic: growth in proportion is a straight diagonal.
 * @param {Scale} scale
 */
function scalePicture({ points }) {
  return drawChart({
    data: { values: points },
    facet: { field: 'axis', type: 'nominal', sort: null, title: null },
    columns: 3,
    resolve: { scale: { x: 'independent' } },
    spec: {
      width: 220,
      height: 180,
      mark: { type: 'line', point: true },
      encoding: {
        x: { field: 'value', type: 'quantitative', scale: { type: 'log' }, title: null },
        y: { field: 'msPerStep', type: 'quantitative', scale: { type: 'log' }, title: 'ms/step' },
        color: { field: 'network', type: 'nominal', sort: null, title: null },
      },
    },
  });
}

const { values: options } = parseArgs({ options: { ...commonOptions('3') } });
const rounds = roundsAsked(HELP, options);
const results = readResults('scale');
const scale = rounds > 0 ? await measureAll(rounds) : results.scale;
if (!scale) refuse('There are no results yet: give --rounds more than 0.');
writeResults('scale', { ...results, scale });
if (options.readme) {
  const picture = fileURLToPath(new URL('../docs/images/scale.png', import.meta.url));
  writeFileSync(picture, await scalePicture(scale));
  fillIn('docs/growth.md', 'scale', scaleTable({ ...results, scale }));
}
process.stdout.write(`${scaleTable({ ...results, scale })}\n`);
