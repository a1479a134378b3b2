import { spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cudaProvider, folder, npmRuntime, providerFiles, runtimeFiles } from './cuda-provider.mjs';
import { keepArchitecture } from './fat-binary.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Bytes that one transfer to a machine may hold, less the repository itself. */
const partBytes = 52 * 2 ** 20;

/** Packages that draw and read pictures, which no training needs. */
const unneeded = /(^|\/)(@napi-rs|@img|sharp|h5wasm)(\/|$)/;

/** Paths of the packages that an installed vaekit has. */
function packages() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path]) => path)
    .filter((path) => !unneeded.test(path) && existsSync(join(root, path)));
}

/** The built library, for this system and without the page. */
const isBuilt = (/** @type {string} */ path) =>
  !/^(studio|vendor\/onnxruntime-node\/(?!linux(\/x64(\/|$)|$)))(\/|$)?/.test(
    relative(join(root, 'dist'), path),
  );

/** The loader of Vulkan's drivers, and libraries that NVIDIA's driver links to: bare machines lack them. */
const vulkanLoader = 'libvulkan.so.1';
const driverLibraries = [
  ...['libGLdispatch.so.0', 'libX11.so.6', 'libXext.so.6', 'libxcb.so.1', 'libXau.so.6'],
  ...['libXdmcp.so.6', 'libbsd.so.0', 'libmd.so.0'],
];

/** Files of the system's libraries, by name: those that are there. @returns {Map<string, string>} */
function systemLibraries() {
  const { stdout } = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' });
  const found = (stdout ?? '').matchAll(/^\s*(\S+) \([^)]*x86-64[^)]*\) => (\S+)$/gm);
  return new Map([...found].map(([, name = '', file = '']) => [name, file]));
}

/** @param {string} program @param {readonly string[]} args */
function required(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${program} failed${error ? `: ${error.message}` : ''}`);
}

/** Cuts a file into parts beside it. @returns {string[]} their names */
function cut(/** @type {string} */ file) {
  const [source, bytes] = [openSync(file, 'r'), Buffer.alloc(partBytes)];
  /** @type {string[]} */
  const names = [];
  for (;;) {
    const count = readSync(source, bytes, 0, partBytes, null);
    if (count === 0) break;
    /** @type {string} */
    const name = `part-${names.length}`;
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'bytes'), bytes.subarray(0, count));
    names.push(name);
  }
  closeSync(source);
  return names;
}

/**
 * Gathers in `.gpu` all that the benchmark takes on a Linux x64 machine that can fetch nothing: Node, vaekit as it
 * is built, ONNX Runtime with its provider for CUDA, the loader of Vulkan.
 * @param {number} architecture of the graphics processor: 90 for Hopper; code for others is left out
 */
export function prepare(architecture) {
  const app = join(folder, 'app');
  mkdirSync(folder, { recursive: true });
  rmSync(app, { recursive: true, force: true });
  for (const name of readdirSync(folder).filter((each) => each.startsWith('part-'))) {
    rmSync(join(folder, name), { recursive: true });
  }
  const copy = (/** @type {string} */ path, filter = (/** @type {string} */ _) => true) =>
    cpSync(join(root, path), join(app, path), { recursive: true, dereference: true, filter });
  copy('package.json');
  copy('dist', isBuilt);
  for (const name of ['child', 'gpu', 'made-up', 'measure', 'networks', 'results', 'table']) {
    copy(`bench/${name}.mjs`);
  }
  copy('bench/gpu');
  for (const path of ['python.mjs', 'torch_networks.py', 'torch_vae.py', 'work.py']) {
    copy(`bench/peers/${path}`);
  }
  for (const path of packages()) copy(path);
  const runtime = join(app, 'node_modules/onnxruntime-node');
  cpSync(join(npmRuntime, 'package.json'), join(runtime, 'package.json'));
  for (const name of runtimeFiles) {
    cpSync(
      join(npmRuntime, 'bin/napi-v6/linux/x64', name),
      join(runtime, 'bin/napi-v6/linux/x64', name),
    );
  }
  const provider = cudaProvider();
  for (const name of providerFiles) {
    const target = join(runtime, 'bin/napi-v6/linux/x64', name);
    cpSync(join(provider, name), target);
    if (name.includes('cuda')) keepArchitecture(target, architecture);
  }
  mkdirSync(join(app, 'bin'));
  cpSync(process.execPath, join(app, 'bin/node'), { dereference: true });
  const libraries = systemLibraries();
  for (const name of [vulkanLoader, ...driverLibraries]) {
    const file = libraries.get(name);
    if (file !== undefined) cpSync(file, join(app, 'lib', name), { dereference: true });
  }
  const archive = join(folder, 'app.tar.xz');
  console.error('Packing takes some minutes.');
  required('tar', ['-C', folder, '-I', 'xz -T2 -6', '-cf', archive, 'app']);
  const parts = cut(archive);
  const megabytes = (statSync(archive).size / 2 ** 20).toFixed(0);
  rmSync(archive);
  tell(parts, megabytes, libraries.has(vulkanLoader));
}

/** Tells how the parts are brought to the machine and used there. */
function tell(
  /** @type {readonly string[]} */ parts,
  /** @type {string} */ megabytes,
  hasLoader = true,
) {
  const path = (/** @type {string} */ name) => relative(root, join(folder, name));
  const at = '/tmp/gpu';
  const last = parts.at(-1) ?? '';
  console.log(
    [
      `${megabytes} MiB in ${parts.length} part${parts.length === 1 ? '' : 's'} of at most ${partBytes / 2 ** 20} MiB.`,
      ...(parts.length > 1
        ? ['They do not fit one transfer of 64 MiB: bring them one right after another.']
        : []),
      ...(hasLoader
        ? []
        : ['Left out: libvulkan.so.1 is not on this machine, so WebGPU may find no driver there.']),
      'On the machine, with each part in turn:',
      ...parts
        .slice(0, -1)
        .map((name) => `  mkdir -p ${at} && cp ${path(name)}/bytes ${at}/${name}`),
      `  mkdir -p ${at} && cp ${path(last)}/bytes ${at}/${last} && cd ${at} && cat ${parts.join(' ')} > app.tar.xz && (tar -xJf app.tar.xz || python3 -m tarfile -e app.tar.xz .) && app/bin/node app/bench/gpu.mjs --out "\${OUT:-results}"`,
    ].join('\n'),
  );
}
