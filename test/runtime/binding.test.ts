import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
let work: string;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'vaekit-binding-'));
});
afterAll(() => rm(work, { recursive: true }));

/** The output of a program that draws samples with a copy of the build that lacks the runtime's libraries. */
async function drawing(manifest: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(join(work, 'copy-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  // Other tests put programs there for a moment: see `runBeside`.
  const isCode = (path: string) =>
    !/[\\/](vendor[\\/]onnxruntime-node|studio)($|[\\/])|[\\/][\da-f-]{36}\.mjs$/.test(path);
  await cp(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter: isCode });
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  const file = join(folder, 'program.mjs');
  await writeFile(
    file,
    `import { dense, reshape, UserError, VAE } from './dist/index.js';
    const network = { encoder: [dense(2)], decoder: [dense(4), reshape([1, 2, 2])] };
    const vae = new VAE({ input: [1, 2, 2], latent: 1, ...network });
    await vae.sample(2).then(
      () => console.log('drawn'),
      (error) => console.log(error instanceof UserError ? error.message : error),
    );`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
  return stdout.trim();
}

test('where the runtime cannot be loaded, that is told with the systems that have it', async () => {
  const { name, version, type, imports } = manifest;
  const { platform, arch } = process;
  expect(await drawing({ name, version, type, imports })).toMatch(
    new RegExp(`^ONNX Runtime cannot be loaded on ${platform} ${arch}: .* It runs on Linux .*\\.$`),
  );
});

test('code without the package says that its files are not there', async () => {
  const { type, imports } = manifest;
  expect(await drawing({ name: 'another', type, imports })).toMatch(
    /^The files of vaekit .* cannot be found from .*: install vaekit .*\.$/,
  );
});
