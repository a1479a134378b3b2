/**
 * Measures training by several ranks: `npm run bench:mpi -- --help`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeNpy } from '../dist/data/codecs/npy.js';
import { Tensor } from '../dist/index.js';
import { median } from './measure.mjs';
import { killCampaign } from './mpi/kill.mjs';
import { log, refuse } from './options.mjs';
import { markdown, significant } from './table.mjs';

const HELP = `Measures training by several ranks on this machine.

Usage: npm run bench:mpi -- [what] [options]

  allreduce    the cost of adding up numbers over ranks, by their size (the default)
  scaling      2 ranks with so many examples each, beside 2 trainings that know nothing of one another
  losses       of 200 steps of 2 ranks and of 3, beside those of one process
  kill         rank 0 or 1 killed at random moments, and the run gone on with

  --mpirun M   mpirun.openmpi or mpirun.mpich (default: both that are there)
  --ranks N    for allreduce (default 2)
  --rounds N   for scaling: interleaved rounds (default 3)
  --times N    for kill (default 20)
  --help       print this
`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mpirun: { type: 'string' },
    ranks: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    times: { type: 'string', default: '20' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  process.stdout.write(HELP);
  process.exit();
}

const isThere = (/** @type {string} */ command) =>
  spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
const launchers = options.mpirun
  ? [options.mpirun]
  : ['mpirun.openmpi', 'mpirun.mpich'].filter(isThere);
if (launchers.length === 0) refuse('There is no mpirun. Debian has it in openmpi-bin and mpich.');

const env = {
  ...process.env,
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
  // MPICH binds ranks to processors where it is told to; Open MPI does by itself.
  HYDRA_BINDING: 'core',
};

/** The lines of JSON that ranks print. @param {string} mpirun @param {string[]} args */
function measured(mpirun, ...args) {
  const { stdout, stderr, status } = spawnSync(mpirun, args, { env, encoding: 'utf8' });
  if (status !== 0) refuse(`${mpirun} ${args.join(' ')} ended with ${status}.\n${stderr}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const scriptOf = (/** @type {string} */ name) => new URL(`mpi/${name}`, import.meta.url).pathname;

const bytesText = (/** @type {number} */ bytes) =>
  bytes < 1024 ? `${bytes} B` : bytes < 2 ** 20 ? `${bytes / 1024} KiB` : `${bytes / 2 ** 20} MiB`;

const timeText = (/** @type {number} */ us) =>
  us < 1000 ? `${significant(us)} µs` : `${significant(us / 1000)} ms`;

function allreduce() {
  const { ranks } = options;
  const all = launchers.map((mpirun) =>
    measured(mpirun, '-np', ranks, process.execPath, scriptOf('allreduce.mjs')),
  );
  const [first = []] = all;
  const rows = first.map(({ bytes }, i) => [
    bytesText(bytes),
    ...all.map((lines) => timeText(lines[i].microseconds)),
  ]);
  const headings = ['size', ...all.map(([line]) => line.version)];
  console.log(markdown(headings, rows).join('\n'));
}

const works = [
  { name: 'MLP, 128 examples a rank', network: 'mlp', batch: 128 },
  { name: 'MLP, 512 examples a rank', network: 'mlp', batch: 512 },
  { name: 'convolutions, 128 examples a rank', network: 'conv', batch: 128 },
];

function scaling() {
  const [mpirun = ''] = launchers;
  const train = (/** @type {object} */ work) =>
    measured(mpirun, '-np', '2', process.execPath, scriptOf('train.mjs'), JSON.stringify(work));
  const rows = works.map(({ name, ...work }) => {
    /** @type {number[]} */
    const alone = [];
    /** @type {number[]} */
    const together = [];
    for (let round = 0; round < Number(options.rounds); round++) {
      alone.push(...train({ ...work, alone: true }).map(({ msPerStep }) => msPerStep));
      together.push(train({ ...work, alone: false })[0].msPerStep);
      log(`${name}: alone ${alone.map(significant)}, together ${together.map(significant)}`);
    }
    const [one, two] = [median(alone), median(together)];
    return [name, significant(one), significant(two), (one / two).toFixed(2)];
  });
  const headings = ['', 'ms/step alone', 'ms/step of 2 ranks', 'weak scaling'];
  console.log(markdown(headings, rows).join('\n'));
}

function losses() {
  const rows = [];
  for (const network of ['mlp', 'conv']) {
    const work = JSON.stringify({ network, batch: 128, steps: 200 });
    const script = [process.execPath, scriptOf('losses.mjs'), work];
    const [alone] = measured('env', ...script);
    for (const mpirun of launchers) {
      for (const ranks of ['2', '3']) {
        const [found] = measured(mpirun, '-np', ranks, ...script);
        const differences = alone.map(
          (/** @type {number} */ loss, /** @type {number} */ i) =>
            Math.abs(found[i] - loss) / Math.abs(loss),
        );
        const parted = differences.findIndex((/** @type {number} */ each) => !(each <= 1e-5));
        rows.push([
          ...[network, mpirun, ranks, Math.max(...differences).toExponential(1)],
          String(parted < 0 ? differences.length : parted),
        ]);
        log((rows.at(-1) ?? []).join(' '));
      }
    }
  }
  const headings = [
    ...['', 'MPI', 'ranks', 'largest difference of a loss, as a part of it'],
    'steps before one is over 1e-5',
  ];
  console.log(markdown(headings, rows).join('\n'));
}

/** Small pictures of a bright half, as a file. @param {string} folder */
function writePictures(folder) {
  const count = 1000;
  const values = new Uint8Array(count * 64);
  for (let i = 0; i < values.length; i++) {
    const isBright = i % 64 < 32 === (i >> 6) % 2 < 1;
    values[i] = (isBright ? 180 : 10) + (((i * 2654435761) >>> 24) & 63);
  }
  const tensor = new Tensor('uint8', values, [count, 8, 8]);
  writeFileSync(join(folder, 'pictures.npy'), encodeNpy(tensor));
}

async function kill() {
  const times = Number(options.times);
  for (const mpirun of launchers) {
    const folder = mkdtempSync(join(tmpdir(), 'vaekit-kill-'));
    writePictures(folder);
    const epochs = 60;
    const train = [
      ...['--data', 'pictures.npy', '--preset', 'dense', '--latent', '3', '--batch-size', '100'],
      ...['--epochs', String(epochs), '--checkpoint-every', '20steps'],
    ];
    const campaign = { mpirun, folder, train, epochs, times, log };
    const { resumed, told, failures } = await killCampaign(campaign);
    for (const failure of failures) log(failure);
    console.log(
      `${mpirun}: ${resumed} of ${times} resumed, ${told} told by a rank which other had ended`,
    );
    rmSync(folder, { recursive: true, force: true });
  }
}

const [what = 'allreduce'] = positionals;
if (what === 'allreduce') allreduce();
else if (what === 'scaling') scaling();
else if (what === 'losses') losses();
else if (what === 'kill') await kill();
else refuse(`There is no ${what} to measure, but allreduce, scaling, losses and kill.`);
