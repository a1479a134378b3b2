/**
 * Kills one rank of a training by SIGKILL at random moments, and resumes the run with another number of
 * ranks, to the end. Started through `bench/mpi.mjs`.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/**
 * @typedef {object} Campaign
 * @property {string} mpirun
 * @property {string} folder an empty one
 * @property {string[]} train the arguments of `vaekit train`, without --out
 * @property {number} epochs that they ask for
 * @property {number} times
 * @property {(line: string) => void} log
 */

const main = new URL('../../dist/bin/vaekit.js', import.meta.url).pathname;

/** @param {string} folder @param {string} command @param {string[]} args */
function start(folder, command, args) {
  const child = spawn(command, args, {
    cwd: folder,
    env: {
      ...process.env,
      OMPI_ALLOW_RUN_AS_ROOT: '1',
      OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
      OMPI_MCA_rmaps_base_oversubscribe: '1',
    },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (each) => {
      text += each;
    });
  }
  const ended = new Promise((resolve) => child.on('close', (code) => resolve(code)));
  return { child, ended, text: () => text };
}

/** The processes of the ranks under one of `mpirun`, by rank. @param {number} root */
function ranksUnder(root) {
  const found = new Map();
  const visit = (/** @type {number} */ id) => {
    let children = '';
    try {
      children = readFileSync(`/proc/${id}/task/${id}/children`, 'utf8');
      const environment = readFileSync(`/proc/${id}/environ`, 'utf8').split('\0');
      const isOurs = readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(main);
      const rank = environment.find((each) => /^(OMPI_COMM_WORLD_RANK|PMI_RANK)=/.test(each));
      if (rank && isOurs) found.set(Number(rank.split('=')[1]), id);
    } catch {
      // The process has ended meanwhile.
    }
    for (const child of children.trim().split(' ').filter(Boolean)) visit(Number(child));
  };
  visit(root);
  return found;
}

/**
 * Two ranks that train a new run. @param {Campaign} campaign @param {string} run
 */
function train({ mpirun, folder, train }, run) {
  return start(folder, mpirun, [
    ...['-np', '2', process.execPath, main, 'train', ...train, '--out', run],
  ]);
}

/** Waits until a run has begun. @param {ReturnType<typeof start>} training @param {string} run */
async function begun(training, run) {
  while (!existsSync(join(run, 'config.json')) && training.child.exitCode === null) {
    await setTimeout(20);
  }
}

/** Measures how long a run takes from its beginning to its end: milliseconds. @param {Campaign} campaign */
async function unbrokenTime(campaign) {
  const run = join(campaign.folder, 'unbroken');
  const training = train(campaign, run);
  await begun(training, run);
  const began = performance.now();
  const code = await training.ended;
  if (code !== 0) throw new Error(`An unbroken run ended with ${code}: ${training.text()}`);
  return performance.now() - began;
}

/**
 * True where a run has all of its epochs and files. @param {string} run @param {number} epochs
 */
function isWhole(run, epochs) {
  if (!existsSync(join(run, 'health.json'))) return false;
  return readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n').length === epochs;
}

/**
 * Kills and goes on, so many times. @param {Campaign} campaign
 * @returns {Promise<{ resumed: number, told: number, failures: string[] }>}
 */
export async function killCampaign(campaign) {
  const { mpirun, folder, epochs, times, log } = campaign;
  const whole = await unbrokenTime(campaign);
  log(`${mpirun}: an unbroken run takes ${(whole / 1000).toFixed(1)} s from its beginning`);
  /** @type {string[]} */
  const failures = [];
  let told = 0;
  for (let time = 1; time <= times; time++) {
    const run = join(folder, `run-${time}`);
    const training = train(campaign, run);
    await begun(training, run);
    await setTimeout(whole * Math.random());
    const victim = time % 2;
    const id = ranksUnder(training.child.pid ?? 0).get(victim);
    if (id !== undefined) process.kill(id, 'SIGKILL');
    await training.ended;
    const isTold = /vaekit: Ranks? [\d, ]+ ha(s|ve) ended/.test(training.text());
    if (isTold) told += 1;
    const ranks = 1 + (time % 3);
    const resume = [main, 'train', '--resume', run];
    const again =
      ranks === 1
        ? start(folder, process.execPath, resume)
        : start(folder, mpirun, ['-np', String(ranks), process.execPath, ...resume]);
    const code = await again.ended;
    const isWell = code === 0 && isWhole(run, epochs);
    if (!isWell) {
      failures.push(`${time}: exit ${code}\n${training.text().slice(-2000)}\n${again.text()}`);
    }
    const how = id === undefined ? 'had ended already' : `killed, ${isTold ? 'told' : 'not told'}`;
    log(
      `${time} of ${times}: rank ${victim} ${how}; ${ranks} went on: ${isWell ? 'whole' : 'not'}`,
    );
  }
  return { resumed: times - failures.length, told, failures };
}
