/**
 * Kills one rank of a training by SIGKILL at random moments, and goes on with what is left: by another
 * number of ranks, to the end. Started through `bench/mpi.mjs`.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
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

const main = new URL('../../dist/cli/main.js', import.meta.url).pathname;

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
      // It has ended meanwhile.
    }
    for (const child of children.trim().split(' ').filter(Boolean)) visit(Number(child));
  };
  visit(root);
  return found;
}

/** @param {Campaign} campaign @returns {Promise<{ resumed: number, told: number, failures: string[] }>} */
export async function killCampaign({ mpirun, folder, train, epochs, times, log }) {
  /** @type {string[]} */
  const failures = [];
  let told = 0;
  for (let time = 1; time <= times; time++) {
    const run = join(folder, `run-${time}`);
    rmSync(run, { recursive: true, force: true });
    const training = start(folder, mpirun, [
      ...['-np', '2', process.execPath, main, 'train', ...train, '--out', run],
    ]);
    while (!existsSync(join(run, 'config.json')) && training.child.exitCode === null) {
      await setTimeout(20);
    }
    await setTimeout(2500 * Math.random());
    const victim = Math.random() < 0.5 ? 0 : 1;
    const id = ranksUnder(training.child.pid ?? 0).get(victim);
    if (id !== undefined) process.kill(id, 'SIGKILL');
    const code = await training.ended;
    const told1 = /vaekit: Ranks? [\d, ]+ ha(s|ve) ended/.test(training.text());
    told += told1 ? 1 : 0;
    const ranks = 1 + (time % 3);
    const alone = [main, 'train', '--resume', run];
    const again =
      ranks === 1
        ? start(folder, process.execPath, alone)
        : start(folder, mpirun, ['-np', String(ranks), process.execPath, ...alone]);
    const end = await again.ended;
    const lines = existsSync(join(run, 'metrics.jsonl'))
      ? readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n').length
      : 0;
    const isWell = end === 0 && lines === epochs && existsSync(join(run, 'health.json'));
    if (!isWell) failures.push(`${time}: exit ${end}, ${lines} epochs\n${again.text()}`);
    log(
      `${time} of ${times}: rank ${victim} killed${id === undefined ? ' too late' : ''} (exit ${code}, ${told1 ? 'told' : 'not told'}); ${ranks} went on: ${isWell ? 'whole' : 'FAILED'}`,
    );
  }
  return { resumed: times - failures.length, told, failures };
}
