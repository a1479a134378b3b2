/*
 * Packs the build, or takes the tarball that is given, checks the package and its types as they are published,
 * and installs it as a user does: into an empty project, with an empty home, install scripts allowed, and
 * every host but the registry out of reach. Lists the installation, and uses it by import, by its types, by
 * npx and as the studio. A second argument names a folder that is made and left with the installation:
 * environments.mjs runs other environments in it.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Megabytes that an installation may take. */
const limit = 400;

const root = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'vaekit-install-'));
const [, , given, kept] = process.argv;
const project = kept ? resolve(kept) : join(work, 'project');
const home = join(work, 'home');
mkdirSync(project);
mkdirSync(home);

/** Address to which the install script of onnxruntime-node would be sent, were it run: nobody answers. */
const nowhere = 'http://127.0.0.1:9';
const { NODE_OPTIONS: _, ...environment } = process.env;
const env = { ...environment, HOME: home, GLOBAL_AGENT_HTTPS_PROXY: nowhere };

function run(command, args, options = {}) {
  const stdio = ['ignore', 'pipe', 'inherit'];
  const usual = { cwd: project, env, encoding: 'utf8', stdio, timeout: 300_000 };
  try {
    return execFileSync(command, args, { ...usual, ...options });
  } catch (error) {
    process.stderr.write(error.stdout ?? '');
    throw error;
  }
}
const put = (name, text) => writeFileSync(join(project, name), text);
const say = (text) => process.stdout.write(`${text}\n`);

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
await vae.save('run');
const again = await VAE.load('run');
if (JSON.stringify(again.config) !== JSON.stringify(vae.config)) throw new UserError('differs');
if (!Number.isFinite(history.epochs[0]?.loss)) throw new UserError('no loss');
`;

/** Packs the package. */
function pack() {
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', work], {
      cwd: root,
      env: process.env,
    }),
  );
  return join(work, filename);
}

async function checkPackage(tarball) {
  const tools = [
    ['publint/src/cli.js', 'run', '--strict', tarball],
    ['@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'node16'],
  ].map(([name, ...args]) =>
    promisify(execFile)(process.execPath, [join(root, 'node_modules', name), ...args]),
  );
  for (const { status, reason } of await Promise.allSettled(tools)) {
    if (status === 'fulfilled') continue;
    process.stderr.write(`${reason.stdout}${reason.stderr}`);
    throw reason;
  }
  const size = megabytes(statSync(tarball).size);
  say(`${basename(tarball)}, ${size}: publint and arethetypeswrong find nothing`);
}

const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MB`;

/** Sizes of the entries of the project's folder of packages, largest first, in bytes. */
function sizes(pattern) {
  return run('sh', ['-c', `du -sk node_modules/${pattern} | sort -rn`])
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
    .map(([kilobytes, path]) => ({
      path: path.replace('node_modules/', ''),
      size: kilobytes * 1024,
    }));
}

/** Packages that no user needs: compilers, test runners, bundlers and their kin. */
const development =
  /^(typescript|@typescript\/.*|@types\/node|vite|vitest|rolldown|esbuild|webpack|jest|eslint|knip|@biomejs\/.*|playwright.*|yargs|rimraf|prettier|jsdoc|onnxruntime-(node|web))$/;

/** Says how large the installation is, and throws when it has things that it should not. */
function checkTree() {
  const lock = JSON.parse(
    readFileSync(join(project, 'node_modules/.package-lock.json'), 'utf8'),
  ).packages;
  const places = new Map();
  for (const [path, { hasInstallScript }] of Object.entries(lock)) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    places.set(name, [...(places.get(name) ?? []), path]);
    if (hasInstallScript) throw new Error(`${path} has an install script`);
    if (development.test(name)) throw new Error(`${path} is for development`);
  }
  const twice = [...places.values()].filter((paths) => paths.length > 1);
  if (twice.length > 0) throw new Error(`there twice: ${twice.join('; ')}`);
  const [{ size }] = sizes('');
  const largest = [...sizes('[!@]*'), ...sizes('@*/*')].sort((a, b) => b.size - a.size);
  say(`${places.size} packages without install scripts, none twice, ${megabytes(size)}:`);
  for (const { path, size } of largest.slice(0, 8)) say(`  ${megabytes(size)} ${path}`);
  const own = [...sizes('vaekit/dist/vendor/*/*/*64'), ...sizes('vaekit/dist/studio')];
  for (const { path, size } of own) {
    say(`  of vaekit: ${megabytes(size)} ${path.replace('vaekit/dist/', '')}`);
  }
  if (size > limit * 2 ** 20) throw new Error(`it takes more than ${limit} MB`);
}

/** Type checks the program as it is, for Node and for bundlers. */
function checkTypes() {
  put('use.ts', use);
  const options = ['--ignoreConfig', '--noEmit', '--strict', '--target', 'es2022', '--types', ''];
  for (const module of ['nodenext', 'esnext']) {
    const resolution = module === 'nodenext' ? 'nodenext' : 'bundler';
    run(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      ...[...options, '--lib', 'es2023,dom', '--module', module, '--moduleResolution', resolution],
      'use.ts',
    ]);
  }
}

/** Trains on a Parquet file of pictures by the command line. */
function trainOnParquet() {
  copyFileSync(join(root, 'test/fixtures/tables/pictures.parquet'), join(project, 'p.parquet'));
  const options = ['--resize', '8', '--epochs', '1', '--batch-size', '2', '--out', 'parquet'];
  run('npx', ['--no-install', 'vaekit', 'train', '--data', 'p.parquet', ...options]);
  if (!run('npx', ['--no-install', 'vaekit', 'info', 'parquet']).includes('8, 8')) {
    throw new Error('info');
  }
}

/** Opens the studio and fetches its page and all that the page may load. */
async function openStudio() {
  const studio = spawn(
    process.execPath,
    [join(project, 'node_modules/vaekit/dist/cli/main.js'), 'studio', '--port', '0', '--no-open'],
    { cwd: project, env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    let address;
    for await (const line of createInterface({ input: studio.stdout })) {
      address = /http:\/\/\S+/.exec(line)?.[0];
      if (address) break;
    }
    const seen = new Set(['']);
    for (const path of seen) {
      const answer = await fetch(new URL(path, address));
      if (!answer.ok) throw new Error(`the studio answers ${answer.status} for ${path}`);
      const text = await answer.text();
      for (const [, name] of text.matchAll(/["'`(/]([\w.-]+\.(?:js|css|wasm))\b/g)) {
        const isThere = /^(onnx|ort[.-])/.test(name) ? undefined : `assets/${name}`;
        if (isThere && /-[\w-]{8}\./.test(name)) seen.add(isThere);
      }
    }
    for (const path of [
      'assets/onnxruntime-web-1.30.0-1/ort.wasm.bundle.min.js',
      'assets/onnxruntime-web-1.30.0-1/ort-wasm-simd-threaded.wasm',
      'models/digits.safetensors.gz',
      ...['beta-0', 'beta-1', 'beta-10'].map((name) => `models/${name}/parameters.safetensors.gz`),
    ]) {
      if (!(await fetch(new URL(path, address))).ok) throw new Error(`the studio lacks ${path}`);
    }
    if (seen.size < 4) throw new Error(`the studio's page loads only ${[...seen]}`);
    return seen.size;
  } finally {
    studio.kill();
  }
}

try {
  const tarball = given ? resolve(given) : pack();
  // Takes as long as the installation, which goes on meanwhile.
  const checked = checkPackage(tarball);
  put('package.json', '{ "private": true, "type": "module" }');
  run('npm', ['install', '--ignore-scripts=false', '--no-audit', '--no-fund', tarball]);
  await checked;
  checkTree();
  put('use.mjs', use);
  run(process.execPath, ['use.mjs']);
  checkTypes();
  trainOnParquet();
  say(`import, types, Parquet and a studio of ${await openStudio()} files work`);
  say(`npx vaekit ${run('npx', ['--no-install', 'vaekit', '--version']).trim()}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
