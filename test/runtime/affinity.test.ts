import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const library = new URL('../../dist/index.js', import.meta.url).href;

/** Prints how many threads of the process start with a model's first session. */
const program = `
import { readdirSync } from 'node:fs';
import { dense, Tensor, VAE } from '${library}';
const threads = () => readdirSync('/proc/self/task').length;
const vae = new VAE({ input: [4], latent: 2, encoder: [dense(4)], decoder: [dense(4)] });
const images = new Tensor('float32', new Float32Array(4), [1, 4]);
await vae.encode(images);
const before = threads();
await vae.decode(new Tensor('float32', new Float32Array(2), [1, 2]));
console.log(threads() - before);
`;

/** The threads of a session in a process that has one processor. */
async function threadsOfSession(): Promise<number> {
  const args = ['-c', '0', process.execPath, '--input-type=module', '-e', program];
  const { stdout } = await promisify(execFile)('taskset', args, {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  return Number(stdout);
}

const hasTaskset = await promisify(execFile)('taskset', ['-c', '0', 'true']).then(
  () => true,
  () => false,
);

test.skipIf(!hasTaskset || availableParallelism() < 2)(
  'a session has no more threads than the process has processors (needs taskset and two processors)',
  async () => {
    expect(await threadsOfSession()).toBe(0);
  },
);
