// Shows that a sweep of real trainings that is killed ends as one that is not: 12 runs on MNIST by successive
// halving, once unbroken, and once with its whole process group killed (SIGKILL) at random moments.
//
//     node bench/sweeps/kill.mjs [kills]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/bin/vaekit.js', import.meta.url));
const kills = Number(process.argv[2] ?? 2);
const folder = mkdtempSync(join(tmpdir(), 'vaekit-sweep-'));
const sweep = {
  config: {
    preset: 'dense',
    training: {
      epochs: 4,
      batchSize: 128,
      checkpoint: { epochs: 1 },
      optimizer: { type: 'adam', learningRate: { type: 'cosine', initial: 0.001 } },
    },
  },
  method: { type: 'halving', runs: 12, seed: 1, factor: 2 },
  settings: {
    'training.optimizer.learningRate.initial': { type: 'logUniform', from: 1e-4, to: 1e-1 },
    'model.latent': { type: 'integer', from: 2, to: 32 },
    'model.kl.weight': [0.25, 0.5, 1],
  },
};
writeFileSync(join(folder, 'sweep.json'), JSON.stringify(sweep));
const start = (out) => {
  const args = ['sweep', 'sweep.json', '--jobs', '2', '--out', out];
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, detached: true });
  child.stderr.pipe(process.stderr);
  let told = '';
  child.stdout.on('data', (text) => {
    told += text;
  });
  return { child, end: new Promise((resolve) => child.on('close', () => resolve(told))) };
};
const read = (out, file) => readFileSync(join(folder, out, file), 'utf8');
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

const began = performance.now();
const whole = await start('whole').end;
const seconds = (performance.now() - began) / 1000;
process.stdout.write(`${whole}\n`);
for (let n = 1; n <= kills; n++) {
  const { child, end } = start('broken');
  const moment = (seconds * (0.5 + Math.random())) / (kills + 1);
  await Promise.race([wait(moment), end]);
  if (child.exitCode !== null) throw new Error('The sweep ended before it was killed.');
  process.kill(-child.pid, 'SIGKILL');
  await end;
  const states = JSON.parse(read('broken', 'sweep.json')).runs.map(({ state }) => state);
  const count = (state) => states.filter((each) => each === state).length;
  process.stdout.write(
    `Killed after ${moment.toFixed(1)} s: ${count('waiting')} waiting, ${count('begun')} begun, ${count('halved') + count('finished')} ended.\n`,
  );
}
await start('broken').end;
let differing = 0;
const { runs } = JSON.parse(read('whole', 'sweep.json'));
const files = ['sweep.csv', 'sweep.json', ...runs.map(({ run }) => `${run}/metrics.jsonl`)];
for (const file of files) if (read('whole', file) !== read('broken', file)) differing++;
process.stdout.write(
  `${files.length} files (tables and metrics of all runs), ${differing} differ. ${folder}\n`,
);
process.exitCode = differing === 0 ? 0 : 1;
