import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { hasKoffi } from '../../../src/runtime/in-place/koffi.node.js';
import { runBeside } from '../../beside.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

test('comes as a build for each system of the runtime, in the version whose types are used', () => {
  const runtimes = join(root, 'node_modules/onnxruntime-node/bin/napi-v6');
  const systems = readdirSync(runtimes).flatMap((platform) =>
    readdirSync(join(runtimes, platform)).map((processor) => `${platform}-${processor}`),
  );
  const { version } = manifestOf('node_modules/koffi');
  const builds = systems.map((system) => [`@koromix/koffi-${system}`, version]);
  expect(manifestOf('.').optionalDependencies).toEqual(Object.fromEntries(builds));
});

/** A program that trains more parameters than stay in a loop, and prints its losses. */
const program = `
import { dense, fromArray, reshape, VAE } from './index.js';
const values = Uint8Array.from({ length: 96 * 784 }, (_, i) => (i * 37) & 255);
const vae = new VAE({
  input: [1, 28, 28],
  latent: 4,
  encoder: [dense(256, { activation: 'tanh' })],
  decoder: [dense(256, { activation: 'tanh' }), dense(784), reshape([1, 28, 28])],
});
const { epochs } = await vae.fit(fromArray(values, [1, 28, 28]), { epochs: 2, batchSize: 32 });
console.log(JSON.stringify(epochs.map(({ loss }) => loss)));
`;

test.skipIf(!hasKoffi())(
  'where its package is left out, a training has the same bits, and ranks are told its name',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vaekit-koffi-'));
    try {
      const packages = join(folder, 'node_modules');
      await mkdir(packages);
      for (const name of readdirSync(join(root, 'node_modules'))) {
        if (name.startsWith('@koromix')) continue;
        await symlink(join(root, 'node_modules', name), join(packages, name));
      }
      const isUsed = (path: string) => !path.startsWith(join(root, 'dist/studio'));
      await cp(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter: isUsed });
      const { name, version, type, imports } = manifestOf('.');
      await writeFile(
        join(folder, 'package.json'),
        JSON.stringify({ name, version, type, imports }),
      );
      const file = join(folder, 'program.mjs');
      await writeFile(file, program.replace('./index.js', './dist/index.js'));
      const { stdout: without } = await promisify(execFile)(process.execPath, [file], {
        cwd: folder,
      });
      const withIt = await runBeside(program, { cwd: folder });
      expect(JSON.parse(without)).toHaveLength(2);
      expect(without).toBe(withIt);

      const cli = [join(folder, 'dist/bin/vaekit.js'), 'train', '--epochs', '1'];
      const env = { ...process.env, PMI_RANK: '0', PMI_SIZE: '2' };
      const failed = promisify(execFile)(process.execPath, cli, { cwd: folder, env });
      await expect(failed).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringMatching(
          /Training by several ranks calls MPI through the package @koromix\/koffi-\S+, which cannot be loaded: .*optional dependencies are left out\.\n$/,
        ),
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  60_000,
);
