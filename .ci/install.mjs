/*
 * Packs what is built, installs it into an empty project with scripts disabled, and uses it there by
 * import, by npx and by its types: with this Node, and with those named as arguments (paths).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'vaekit-install-'));
const run = (command, args, cwd = project) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
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

try {
  const [{ filename, size }] = JSON.parse(
    run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], root),
  );
  put('package.json', '{ "private": true, "type": "module" }');
  run('npm', [
    ...['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'],
    `./${filename}`,
  ]);
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
  for (const [i, node] of [process.execPath, ...process.argv.slice(2)].entries()) {
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
