import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);

/** Trains a small model, and prints whether there is WebAssembly, and the losses. */
const program = `
  const { dense, fromArray, reshape, VAE } = await import('${new URL('dist/index.js', root)}');
  const decoder = [dense(16), reshape([1, 4, 4])];
  const vae = new VAE({ input: [1, 4, 4], latent: 2, encoder: [dense(4)], decoder });
  const values = Uint8Array.from({ length: 40 * 16 }, (_, i) => (i * 37) & 255);
  const { epochs } = await vae.fit(fromArray(values, [1, 4, 4]), { epochs: 2 });
  console.log(JSON.stringify([typeof WebAssembly, ...epochs.map(({ loss }) => loss)]));
`;

async function trained(command: string, ...before: readonly string[]) {
  const node = [...before, '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(command, node);
  return JSON.parse(stdout) as [string, number, number];
}

const limited = ['-c', 'ulimit -v 9000000; exec "$0" "$@"', process.execPath];

test('the runtime trains where there is no WebAssembly, or too little of the address space', async () => {
  const [kind, ...losses] = await trained(process.execPath);
  expect(kind).toBe('object');
  const others = [await trained(process.execPath, '--jitless')];
  if (process.platform === 'linux') others.push(await trained('sh', ...limited));
  expect(others.map(([each]) => each)).toEqual(['undefined', 'object'].slice(0, others.length));
  for (const [, ...own] of others) {
    own.forEach((loss, i) => {
      expect(loss).toBeCloseTo(losses[i]!, 4);
    });
  }
});
