/*
 * Packs what is built, checks the package and its types as they are published, installs it into an
 * empty project with scripts disabled, and uses it there by import, by npx and by its types: with this
 * Node, the oldest supported one, a newer one, and those named as arguments (paths).
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Binaries of these are on npm, by platform. */
const versions = ['20.19.0', '26.10.0'];

const root = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'vaekit-install-'));
function run(command, args, cwd = project) {
  const stdio = ['ignore', 'pipe', 'inherit'];
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio, timeout: 180_000 });
  } catch (error) {
    process.stderr.write(error.stdout ?? '');
    throw error;
  }
}
const tool = (name, args) =>
  run(process.execPath, [join(root, 'node_modules', name), ...args], root);
const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
const put = (name, text) => writeFileSync(join(project, name), text);

const use = `
import { dense, fromArray, reshape, UserError, VAE } from 'vaekit';
const values = Uint8Array.from({ length: 64 * 16 }, (_, i) => (i * 37) & 255);
const vae = new VAE({
  input: [1, 4, 4],
  latent: 2,
  encoder: [dense(4, { activation: 'tanh' })],
  decoder: [dense(16), reshape([1, 4, 4])],
});
const history = await vae.fit(fromArray(values, [1, 4, 4]), { epochs: 1 });
const folder = process.argv[2] ?? 'run';
await vae.save(folder);
const again = await VAE.load(folder);
if (JSON.stringify(again.config) !== JSON.stringify(vae.config)) throw new UserError('differs');
if (!Number.isFinite(history.epochs[0]?.loss)) throw new UserError('no loss');
`;

/** Other versions of Node, where npm has them for this machine. */
function otherNodes() {
  const folder = join(project, 'nodes');
  const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const names = versions.map((version) => `node-${version}`);
  const packages = versions.map((version, i) => `${names[i]}@npm:node-${platform}@${version}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  try {
    run('npm', [...install, ...packages], folder);
  } catch (error) {
    process.stdout.write(
      `Node ${versions.join(' and ')} cannot be had from npm for ${platform}, and are not tried: ${error.message.split('\n')[0]}\n`,
    );
    return [];
  }
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  return names.map((name) => join(folder, 'node_modules', name, 'bin', file));
}

try {
  const [{ filename, size }] = JSON.parse(
    run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], root),
  );
  const tarball = join(project, filename);
  tool('publint/src/cli.js', ['run', '--strict', tarball]);
  // The package has ES modules alone, which all supported versions of Node can also require.
  tool('@arethetypeswrong/cli/dist/index.js', [tarball, '--profile', 'esm-only']);
  process.stdout.write('publint and arethetypeswrong find nothing\n');
  put('package.json', '{ "private": true, "type": "module" }');
  run('npm', [...install, tarball]);
  put('use.mjs', use);
  put('use.ts', use);
  const options = ['--ignoreConfig', '--noEmit', '--strict', '--target', 'es2022', '--types', ''];
  for (const module of ['nodenext', 'esnext']) {
    const resolution = module === 'nodenext' ? 'nodenext' : 'bundler';
    put('use-process.d.ts', 'declare const process: { argv: string[] };');
    run(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      ...[...options, '--skipLibCheck', '--module', module, '--moduleResolution', resolution],
      ...['use-process.d.ts', 'use.ts'],
    ]);
  }
  for (const [i, node] of [process.execPath, ...otherNodes(), ...process.argv.slice(2)].entries()) {
    run(node, ['use.mjs', `run${i}`]);
    const main = join(project, 'node_modules/vaekit/dist/cli/main.js');
    if (!run(node, [main, 'info', `run${i}`]).includes('[1, 4, 4]')) throw new Error('info');
    process.stdout.write(`${run(node, ['--version']).trim()}: import and command line work\n`);
  }
  const version = run('npx', ['--no-install', 'vaekit', '--version']).trim();
  process.stdout.write(`${filename}, ${Math.round(size / 1024)} kB: npx vaekit ${version}\n`);
} finally {
  rmSync(project, { recursive: true, force: true });
}
