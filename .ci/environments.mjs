/*
 * Installs the package from its tarball and runs it in every environment that npm can bring here: other
 * versions of Node, Bun, Deno, test runners, bundles, CommonJS with types, a browser, users without a
 * home. All train the same model and must come to the same numbers. One that cannot be had is named and
 * skipped. Names as arguments run those alone: node .ci/environments.mjs bun deno. A tarball among the
 * arguments is taken in the place of a new one; a folder is one where it is installed already, as install.mjs
 * leaves it.
 */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromiumPath, launchChromium } from '../test/browser/launch.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'vaekit-environments-'));
const words = process.argv.slice(2);
const installation = words.find((word) => existsSync(join(word, 'node_modules')));
const project = installation ? resolve(installation) : join(work, 'project');
const run = promisify(execFile);

/** The output of a program. @throws Error with all that it printed when it fails */
async function output(command, args, options = {}) {
  try {
    const { stdout } = await run(command, args, { cwd: project, timeout: 120_000, ...options });
    return stdout.trim();
  } catch (error) {
    const words = `${error.stdout ?? ''}\n${error.stderr ?? ''}`.trim().split('\n');
    throw new Error([error.message.split('\n')[0], ...words.slice(-20)].join('\n  '));
  }
}

class Missing extends Error {}

const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];

const installations = new Map();

/** Installs tools, once each, into a folder of their own, and gives the path of its packages. */
function installed(...packages) {
  const names = packages.join();
  if (!installations.has(names)) installations.set(names, install(packages));
  return installations.get(names);
}

async function install(packages) {
  const folder = mkdtempSync(join(work, 'tool-'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  try {
    await output('npm', ['install', ...quiet, ...packages], { cwd: folder });
  } catch (error) {
    throw new Missing(
      `${packages.join(', ')} cannot be had from npm: ${error.message.split('\n')[0]}`,
    );
  }
  return join(folder, 'node_modules');
}

/** A tool's script, run by this Node. */
const tool = (script, args, options) => output(process.execPath, [script, ...args], options);

let expected;

/** Checks the numbers that a program printed last. */
function same(printed) {
  const numbers = JSON.parse(printed.split('\n').at(-1));
  const near = (a, b) => Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b));
  if (numbers.length !== expected.length || !numbers.every((each, i) => near(each, expected[i]))) {
    throw new Error(`it comes to ${printed}, not ${JSON.stringify(expected)}`);
  }
  return String(numbers) === String(expected) ? 'the same bits' : 'the same to 5 digits';
}

const nodeVersions = ['20.19.0', '22.12.0', '24.21.0', '26.12.1'];
const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** A release of Node, as npm has it. */
function node(version) {
  return async () => {
    const modules = await installed(`node-${platform}@${version}`);
    const binary = join(modules, `node-${platform}`, 'bin', 'node');
    const imported = same(await output(binary, ['program.mjs']));
    same(await output(binary, ['required.cjs']));
    return `import: ${imported}; require; ${await commandLine(binary)}`;
  };
}

/** Trains on a table by the command line, under a runtime. */
async function commandLine(command, ...before) {
  const folder = mkdtempSync(join(work, 'command-'));
  const table = join(folder, 'table.csv');
  const rows = Array.from({ length: 64 }, (_, i) => `${i % 7},${i % 5},${i % 3}`);
  writeFileSync(table, `a,b,c\n${rows.join('\n')}\n`);
  const main = join(project, 'node_modules/vaekit/dist/cli/main.js');
  const out = join(folder, 'run');
  const options = ['--likelihood', 'gaussian', '--epochs', '2', '--out', out];
  await output(command, [...before, main, 'train', '--data', table, ...options]);
  const files = readdirSync(out);
  if (!files.includes('decoder.onnx') || !files.includes('loss.png')) throw new Error(`${files}`);
  return 'command line';
}

/** Runs the program as a user that the system does not know. */
async function stranger(env) {
  if (process.getuid?.() !== 0) throw new Missing('only root can become another user');
  const user = { uid: 54_321, gid: 54_321, env };
  return same(await output(process.execPath, ['program.mjs'], user));
}

async function readOnlyHome() {
  const home = join(work, 'home');
  mkdirSync(home);
  chmodSync(home, 0o555);
  return stranger({ HOME: home });
}

async function jest() {
  const bin = join(await installed('jest@30.5.2'), 'jest/bin/jest.js');
  const env = { ...process.env, EXPECTED: JSON.stringify(expected) };
  const flags = ['--experimental-vm-modules', '--no-warnings', bin, '--rootDir', project];
  const files = ['--runInBand', '--testMatch', '**/*.test.mjs', '--config', '{"transform": {}}'];
  await output(process.execPath, [...flags, ...files], { env });
  return 'two files in one process, each in its realm';
}

async function vitest() {
  const bin = join(root, 'node_modules/vitest/vitest.mjs');
  const env = { ...process.env, EXPECTED: JSON.stringify(expected) };
  for (const [pool, inline] of [
    ['threads', false],
    ['forks', true],
    ['vmThreads', true],
  ]) {
    const config = join(project, `vitest.${pool}.mjs`);
    const server = inline ? { deps: { inline: ['vaekit'] } } : {};
    const test = { globals: true, include: ['*.test.mjs'], pool, server };
    writeFileSync(config, `export default ${JSON.stringify({ test })};`);
    await tool(bin, ['run', '--root', project, '--config', config], { env });
  }
  return 'threads; forks and vmThreads with vaekit inlined';
}

/** Native code, which bundles leave out. */
const externals = ['sharp', '@napi-rs/canvas'];

/** Runs bundles beside the installed package. */
async function bundles(...names) {
  for (const name of names) same(await output(process.execPath, [join('out', name)]));
  return `${names.join(', ')}, with vaekit installed where they run`;
}

async function esbuild() {
  const bin = join(await installed('esbuild@0.28.2'), 'esbuild/bin/esbuild');
  const common = ['program.mjs', '--bundle', '--platform=node', '--log-level=error'];
  const left = externals.map((name) => `--external:${name}`);
  const names = ['esbuild.mjs', 'esbuild.cjs'];
  for (const name of names) {
    const format = name.endsWith('.cjs') ? 'cjs' : 'esm';
    await tool(bin, [...common, ...left, `--format=${format}`, `--outfile=out/${name}`]);
  }
  const alone = mkdtempSync(join(work, 'alone-'));
  copyFileSync(join(project, 'out', 'esbuild.mjs'), join(alone, 'esbuild.mjs'));
  const told = await output(process.execPath, ['esbuild.mjs'], { cwd: alone }).catch(String);
  if (!told.includes('install vaekit')) throw new Error(`where it is not installed: ${told}`);
  return `${await bundles(...names)}; told where it is not`;
}

async function webpackBundles() {
  const modules = await installed('webpack@5.113.0');
  await tool(join(project, 'webpack.cjs'), [join(modules, 'webpack')]);
  return bundles('webpack.mjs', 'webpack.cjs');
}

/** Type checks a CommonJS module with TypeScript and runs the code that it emits. */
async function commonJs() {
  const five = join(await installed('typescript@5.9.3'), 'typescript/bin/tsc');
  const seven = join(root, 'node_modules/typescript/bin/tsc');
  for (const module of ['node16', 'nodenext']) {
    const compilerOptions = { module, strict: true, target: 'es2022', outDir: 'out', types: [] };
    const lib = ['es2023', 'dom'];
    const config = { compilerOptions: { ...compilerOptions, lib }, files: ['types.cts'] };
    writeFileSync(join(project, `${module}.json`), JSON.stringify(config));
    for (const compiler of [five, seven]) await tool(compiler, ['-p', `${module}.json`]);
  }
  if ((await output(process.execPath, ['out/types.cjs'])) !== 'trained') throw new Error('not run');
  return 'TypeScript 5.9 and 7, module node16 and nodenext, declarations checked too';
}

async function deno() {
  const binary = join(await installed('deno@2.9.6'), '@deno', 'linux-x64-glibc', 'deno');
  if (!existsSync(binary)) throw new Missing('deno for this system is not looked for');
  const flags = ['run', '--allow-all', '--no-lock'];
  const imported = same(await output(binary, [...flags, 'program.mjs']));
  same(await output(binary, [...flags, 'threads.mjs']));
  return `${imported}; two threads; ${await commandLine(binary, ...flags)}`;
}

async function bun() {
  const binary = join(await installed('bun@1.4.5'), '@oven', 'bun-linux-x64', 'bin', 'bun');
  if (!existsSync(binary)) throw new Missing('bun for this system is not looked for');
  const imported = same(await output(binary, ['program.mjs']));
  same(await output(binary, ['threads.mjs']));
  return `${imported}; two threads; ${await commandLine(binary, '--bun')}`;
}

const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** The result of a folder's page in Chromium. */
async function inChromium(folder) {
  const server = createServer((request, response) => {
    const file = join(folder, request.url === '/' ? 'index.html' : request.url);
    if (!existsSync(file)) return response.writeHead(404).end();
    response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(file));
  });
  server.listen(0, '127.0.0.1');
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => document.title !== '', undefined, { timeout: 60_000 });
    return same(await page.title());
  } finally {
    await browser.close();
    server.close();
  }
}

async function browserPages() {
  if (!chromiumPath) throw new Missing('there is no Chromium here');
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  await tool(vite, ['build', '--base', './', '--outDir', 'out/vite', '--logLevel', 'error']);
  const byVite = await inChromium(join(project, 'out/vite'));
  const modules = await installed('webpack@5.113.0');
  await tool(join(project, 'webpack.cjs'), [join(modules, 'webpack'), 'web']);
  writeFileSync(join(project, 'out/web/index.html'), '<script src="page.js"></script>');
  return `Vite: ${byVite}; webpack: ${await inChromium(join(project, 'out/web'))}`;
}

async function electron() {
  throw new Missing(
    'its program is no npm package, but fetched from another host when it first runs',
  );
}

const cases = {
  ...Object.fromEntries(nodeVersions.map((version) => [`node ${version}`, node(version)])),
  'no home, no passwd entry': () => stranger({}),
  'read-only home': readOnlyHome,
  'two worker threads': async () => same(await output(process.execPath, ['threads.mjs'])),
  'CommonJS with types': commonJs,
  'Jest 30.5': jest,
  'Vitest 4.1': vitest,
  'esbuild 0.28': esbuild,
  'webpack 5.113': webpackBundles,
  'Bun 1.4': bun,
  'Deno 2.9': deno,
  'bundles in Chromium': browserPages,
  Electron: electron,
};

const isTarball = (word) => word.endsWith('.tgz');

/** Packs the package. */
async function pack() {
  const options = ['--ignore-scripts', '--json', '--pack-destination', work];
  const [{ filename }] = JSON.parse(await output('npm', ['pack', ...options], { cwd: root }));
  return join(work, filename);
}

async function prepare() {
  chmodSync(work, 0o755);
  cpSync(fileURLToPath(new URL('environments', import.meta.url)), project, { recursive: true });
  copyFileSync(join(project, 'one.test.mjs'), join(project, 'two.test.mjs'));
  if (!installation) {
    const tarball = words.find(isTarball);
    await output('npm', ['install', ...quiet, tarball ? resolve(tarball) : await pack()]);
  }
  expected = JSON.parse(await output(process.execPath, ['program.mjs']));
}

const failed = [];

async function tried(name, attempt) {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(0)} s`;
  try {
    console.log(`${name}: ${await attempt()} (${seconds()})`);
  } catch (error) {
    if (error instanceof Missing) console.log(`${name}: skipped: ${error.message}`);
    else {
      failed.push(name);
      console.log(`${name}: FAILED: ${error.message}`);
    }
  }
}

try {
  await prepare();
  const asked = words
    .filter((word) => !isTarball(word) && word !== installation)
    .map((word) => word.toLowerCase());
  const isAsked = (name) =>
    asked.length === 0 || asked.some((word) => name.toLowerCase().includes(word));
  const queue = Object.entries(cases).filter(([name]) => isAsked(name));
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await tried(...next);
  };
  await Promise.all([lane(), lane()]);
} finally {
  rmSync(work, { recursive: true, force: true });
}
if (failed.length > 0) {
  console.log(`Not as it should be: ${failed.join(', ')}`);
  process.exitCode = 1;
}
