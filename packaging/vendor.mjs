/*
 * Writes dist/vendor, and with --page the runtime among the assets of dist/studio: parts of other packages that vaekit
 * ships as its own.
 *
 * - onnxruntime-node: npm would run its install script, which fetches hundreds of MB for CUDA from a
 *   host that is no package registry, and fails where that host cannot be reached.
 * - onnxruntime-web: of its 140 MB two builds are used, by the studio's page and by programs alike. The
 *   kernels of matrix products in them are exchanged by faster ones of the same bits.
 * - onnx-proto: it brings a release of protobufjs with a copy of its development tools.
 * - vega and vega-lite: they bring tools for a command line of their own, several of them twice, and
 *   wait at their top for a package that is not there, so that CommonJS bundles cannot hold them.
 * - @huggingface/hub: it brings 5.6 MB of descriptions of tasks for its types alone, and a command line.
 * - yaml: of its readers and writers one function is used.
 * - Inter: one file of 54 is used.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { exchanger } from './products/exchange.mjs';

const require = createRequire(import.meta.url);
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const vendor = path('../dist/vendor');

/** The folder of an installed package. */
const packageFolder = (name) => dirname(require.resolve(`${name}/package.json`));

/** Puts a file where it is shipped; it takes no more room on this disk where links are possible. */
function put(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  rmSync(to, { force: true });
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** Paths of the files under a folder, from there. */
function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
}

/**
 * Files of the native runtime that nothing loads: DirectML, which a session must ask for and no
 * option of vaekit does, and a second copy of a library under the longer of its names.
 */
const unused = /(^|[\\/])(DirectML\.dll|libonnxruntime\.\d+\.\d+\.\d+\.dylib)$/;

/**
 * Files that must not be the same to the system as the files of an onnxruntime-node beside, which a
 * program can use too: Linux loads a file once, whatever its names, and the binding aborts when it is
 * set up twice. Package managers such as pnpm link files of the same content, so this one gets some bytes
 * more: nothing reads past an ELF file's end.
 */
const linked = /^linux[\\/].*\.node$/;

function nativeRuntime() {
  const source = join(packageFolder('onnxruntime-node'), 'bin', 'napi-v6');
  const target = join(vendor, 'onnxruntime-node');
  rmSync(target, { recursive: true, force: true });
  for (const file of filesUnder(source)) {
    const [from, to] = [join(source, file), join(target, file)];
    if (unused.test(file)) continue;
    put(from, to);
    if (!linked.test(file)) continue;
    rmSync(to);
    writeFileSync(to, Buffer.concat([readFileSync(from), Buffer.from('vaekit')]));
  }
  copyFileSync(path('onnxruntime-licence.txt'), join(target, 'LICENSE'));
}

/** The number of products/kernel.mjs: one more whenever it changes, as browsers keep assets for good. */
const kernelsNumber = 1;

/** The builds for browsers, each with its WebAssembly; the page and programs load the same files. */
async function webRuntime() {
  const source = dirname(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
  const { version } = JSON.parse(readFileSync(join(source, '../package.json'), 'utf8'));
  const folder = `./dist/studio/assets/onnxruntime-web-${version}-${kernelsNumber}`;
  const { imports } = JSON.parse(readFileSync(path('../package.json'), 'utf8'));
  const builds = { wasm: 'ort-wasm-simd-threaded', webgpu: 'ort-wasm-simd-threaded.asyncify' };
  const target = path(`../${folder}`);
  const exchange = await exchanger();
  for (const [build, wasm] of Object.entries(builds)) {
    const theirs = `ort.${build}.bundle.min.mjs`;
    // Some static hosts do not know .mjs.
    const script = theirs.replace(/mjs$/, 'js');
    if (imports[`#onnxruntime-web/${build}`] !== `${folder}/${script}`) {
      throw new Error(`imports of package.json: #onnxruntime-web/${build} is ${folder}/${script}`);
    }
    mkdirSync(target, { recursive: true });
    // The script starts its threads by its own name.
    const text = readFileSync(join(source, theirs), 'utf8').replaceAll(theirs, script);
    writeFileSync(join(target, script), text);
    const built = readFileSync(join(source, `${wasm}.wasm`));
    writeFileSync(join(target, `${wasm}.wasm`), exchange(built));
  }
  copyFileSync(path('onnxruntime-licence.txt'), join(target, 'LICENSE'));
}

/** Parts of packages as Node gets them: without the code for browsers alone. */
const forNode = {
  resolve: { mainFields: ['module', 'main'], conditions: ['node', 'module', 'import', 'default'] },
  external: builtinModules,
};

/**
 * The parts of packages that an entry exports, in files that browsers and Node take.
 * @param folder where they go, in dist/vendor
 * @param platform `forNode`, where Node needs others than browsers
 */
async function bundled(name, folder = name, { resolve, external = [] } = {}) {
  await build({
    configFile: false,
    root: path('.'),
    logLevel: 'warn',
    ...(resolve ? { resolve } : {}),
    // protobufjs would look for modules of Node by eval, for 64-bit numbers that are not used.
    plugins: [
      {
        name: 'no-inquire',
        enforce: 'pre',
        resolveId: (id) => (id === '@protobufjs/inquire' ? '\0inquire' : undefined),
        load: (id) => (id === '\0inquire' ? 'module.exports = () => null;' : undefined),
      },
    ],
    build: {
      outDir: join(vendor, folder),
      emptyOutDir: true,
      minify: true,
      rolldownOptions: { external },
      license: { fileName: 'LICENSE.md' },
      lib: { entry: path(`${name}.js`), formats: ['es'], fileName: 'index' },
    },
  });
}

/** The font of pictures. */
function font() {
  const source = packageFolder('@expo-google-fonts/inter');
  const target = join(vendor, 'inter');
  put(join(source, '400Regular', 'Inter_400Regular.ttf'), join(target, 'Inter_400Regular.ttf'));
  put(join(source, 'LICENSE_FONT'), join(target, 'LICENSE'));
}

/** Sources of dist/vendor: this script and the versions of the packages that are installed. */
function source() {
  const lock = readFileSync(path('../node_modules/.package-lock.json'));
  return createHash('sha256')
    .update(lock)
    .update(readFileSync(path('vendor.mjs')))
    .digest('hex');
}

const mark = join(vendor, 'source.txt');

if (process.argv.includes('--page')) {
  await webRuntime();
} else if (!existsSync(mark) || readFileSync(mark, 'utf8') !== source()) {
  nativeRuntime();
  await bundled('onnx-proto');
  await bundled('vega');
  await bundled('hub', 'hub/web');
  await bundled('hub', 'hub/node', forNode);
  await bundled('yaml');
  font();
  writeFileSync(mark, source());
  // Bun would follow the paths of the clone's tsconfig.json, and run sources beside the built files.
  writeFileSync(path('../dist/tsconfig.json'), '{}\n');
}
