import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const library = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const installed = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
const files = 'bin/napi-v6/linux/x64';
const provider = 'libonnxruntime_providers_cuda.so';

const reason =
  process.platform !== 'linux' || process.arch !== 'x64'
    ? ' (skipped: it is for Linux x64)'
    : existsSync(join(installed, files, provider))
      ? ' (skipped: CUDA is installed)'
      : '';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaekit-cuda-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A folder of a program beside an onnxruntime-node that seems to have CUDA. */
async function withPackage(version: string): Promise<string> {
  const place = await mkdtemp(join(folder, 'program-'));
  const target = join(place, 'node_modules/onnxruntime-node');
  await mkdir(join(target, dirname(files)), { recursive: true });
  await writeFile(join(target, 'package.json'), JSON.stringify({ version }));
  await mkdir(join(target, files));
  await symlink(
    join(installed, files, 'libonnxruntime.so.1'),
    join(target, files, 'libonnxruntime.so.1'),
  );
  // Linux would take a link for the file that it leads to.
  const binding = 'onnxruntime_binding.node';
  await cp(join(installed, files, binding), join(target, files, binding));
  await writeFile(join(target, files, provider), 'no library');
  return place;
}

/** The loss or the error from a program that trains on devices in turn. */
async function trained(place: string, devices: readonly string[]): Promise<string[]> {
  const file = join(place, 'program.mjs');
  await writeFile(
    file,
    `import { readFileSync } from 'node:fs';
    import { dense, fromArray, reshape, UserError, VAE } from ${JSON.stringify(library)};
    const images = fromArray(new Uint8Array(64 * 4).map((_, i) => i), [1, 2, 2]);
    for (const device of ${JSON.stringify(devices)}) {
      const network = { encoder: [dense(2)], decoder: [dense(4), reshape([1, 2, 2])] };
      const vae = new VAE({ input: [1, 2, 2], latent: 1, ...network });
      await vae.fit(images, { epochs: 1, device }).then(
        ({ epochs }) => console.log(epochs[0].loss),
        (error) => console.log(error instanceof UserError ? error.message : error),
      );
    }
    const maps = readFileSync('/proc/self/maps', 'utf8');
    console.log(/\\S*libonnxruntime\\.so\\.1/.exec(maps)?.[0]);`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: place });
  return stdout.trim().split('\n');
}

describe.skipIf(reason !== '')(`the device cuda${reason}`, () => {
  test('is refused in a line that says how to install it', async () => {
    const [line] = await trained(await mkdtemp(join(folder, 'none-')), ['cuda']);
    expect(line).toMatch(
      /^The device cuda cannot be used here: \S+onnxruntime-node has no libraries for CUDA \(npm install onnxruntime-node@1\.\d+\.\d+ --onnxruntime-node-install=cuda12\)\. Use the device cpu\.$/,
    );
  });

  test('is refused where the libraries are of another release', async () => {
    const [line] = await trained(await withPackage('1.2.3'), ['cuda']);
    expect(line).toMatch(
      /^The device cuda cannot be used here: \S+ is onnxruntime-node 1\.2\.3, and vaekit runs on 1\.\d+\.\d+ \(npm install .*\)\. Use the device cpu\.$/,
    );
  });

  test('is refused where they cannot be loaded, and the processor is as good over them', async () => {
    const { version } = createRequire(import.meta.url)(`${installed}/package.json`);
    const place = await withPackage(version);
    const [cpu, cuda, again, loaded] = await trained(place, ['cpu', 'cuda', 'cpu']);
    const [plain] = await trained(await mkdtemp(join(folder, 'plain-')), ['cpu']);
    expect([cpu, again]).toEqual([plain, plain]);
    expect(cuda).toBe(
      'The device cuda cannot be used here: Failed to load shared library. Use the device cpu.',
    );
    expect(loaded).toContain('node_modules/onnxruntime-node');
  });
});
