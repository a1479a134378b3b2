import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * Libraries in the place of NVIDIA's, which have their functions and compute nothing: memory is the processor's, every
 * other function succeeds. With them ONNX Runtime's provider for CUDA decides where operators run, and runs.
 */

const create = (/** @type {string} */ name) =>
  `int ${name}(void **p) { *p = malloc(64); return 0; }`;
const allocate = (/** @type {string} */ name) =>
  `int ${name}(void **p, size_t n) { *p = malloc(n + 256); return 0; }`;
const named = (/** @type {string} */ name) => `const char *${name}(int e) { return "stand-in"; }`;
const version = (/** @type {string} */ name) => `int ${name}(int *v) { *v = 13000; return 0; }`;

/** Functions that do more than succeed. @type {Readonly<Record<string, string>>} */
const working = {
  cudaFree: 'int cudaFree(void *p) { free(p); return 0; }',
  cudaFreeAsync: 'int cudaFreeAsync(void *p, void *s) { free(p); return 0; }',
  cudaFreeHost: 'int cudaFreeHost(void *p) { free(p); return 0; }',
  cudaMemcpy: 'int cudaMemcpy(void *d, const void *s, size_t n) { memcpy(d, s, n); return 0; }',
  cudaMemcpyAsync:
    'int cudaMemcpyAsync(void *d, const void *s, size_t n) { memcpy(d, s, n); return 0; }',
  cudaMemset: 'int cudaMemset(void *d, int v, size_t n) { memset(d, v, n); return 0; }',
  cudaMemsetAsync: 'int cudaMemsetAsync(void *d, int v, size_t n) { memset(d, v, n); return 0; }',
  cudaGetDevice: 'int cudaGetDevice(int *d) { *d = 0; return 0; }',
  cudaGetDeviceCount: 'int cudaGetDeviceCount(int *d) { *d = 1; return 0; }',
  // Warps of 32 threads, blocks of 1024, architecture 9.0.
  cudaGetDeviceProperties: `int cudaGetDeviceProperties(char *p, int d) {
    memset(p, 0, 1024);
    *(int *)(p + 308) = 32; *(int *)(p + 320) = 1024; *(int *)(p + 360) = 9;
    return 0;
  }`,
  cudaDeviceGetAttribute:
    'int cudaDeviceGetAttribute(int *v, int a, int d) { *v = a == 75 ? 9 : a == 76 ? 0 : a == 1 ? 1024 : 32; return 0; }',
  cudaMemGetInfo:
    'int cudaMemGetInfo(size_t *f, size_t *t) { *f = *t = (size_t)8 << 30; return 0; }',
  cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags:
    'int cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *n) { *n = 2; return 0; }',
  __cudaRegisterFatBinary:
    'void **__cudaRegisterFatBinary(void *f) { static void *x[4]; return x; }',
  cudnnGetVersion: 'size_t cudnnGetVersion(void) { return 91000; }',
};

function source(/** @type {string} */ name) {
  if (working[name]) return working[name];
  if (/^cuda(Malloc|HostAlloc)/.test(name)) return allocate(name);
  if (/(Driver|Runtime)GetVersion$/.test(name)) return version(name);
  if (/Get(Error|Status)(String|Name)$/.test(name)) return named(name);
  if (/Create/.test(name)) return create(name);
  return `int ${name}(void) { return 0; }`;
}

/** @param {string} program @param {readonly string[]} args */
function output(program, args) {
  const { status, stdout, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`${program} failed${error ? `: ${error.message}` : ''}`);
  return stdout;
}

/** Functions that a library takes from others, by these. */
function wanted(/** @type {string} */ library) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const line of output('readelf', ['--dyn-syms', '--wide', library]).split('\n')) {
    const [, name, from] = /UND ([\w]+)@(libcu\w+\.so\.\d+)/.exec(line) ?? [];
    if (name && from) found.set(from, [...(found.get(from) ?? []), name]);
  }
  for (const [, needed] of output('readelf', ['--dynamic', library]).matchAll(
    /\[(libcu\w+\.so[.\d]*)\]/g,
  )) {
    if (needed && !found.has(needed)) found.set(needed, []);
  }
  // The library looks for cuDNN's functions by their names when it needs one.
  const text = readFileSync(library, 'latin1');
  found.set('libcudnn.so.9', [...new Set(text.match(/\bcudnn[A-Z]\w+/g))]);
  return found;
}

/**
 * Builds the libraries that the provider looks for, with `cc`.
 * @param {string} provider the library of ONNX Runtime's provider for CUDA
 * @param {string} folder takes them
 */
export function buildStandIns(provider, folder) {
  mkdirSync(folder, { recursive: true });
  for (const [library, names] of wanted(provider)) {
    const file = join(folder, library);
    const own = library === 'libcuda.so.1' ? ['cuTensorMapEncodeTiled', ...names] : names;
    writeFileSync(
      `${file}.c`,
      ['#include <stdlib.h>', '#include <string.h>', ...own.map(source)].join('\n'),
    );
    const isVersioned = names.length > 0 && library !== 'libcudnn.so.9';
    writeFileSync(`${file}.map`, `${library} { global: *; };\n`);
    const script = isVersioned ? [`-Wl,--version-script=${file}.map`] : [];
    output('cc', [
      '-w',
      '-shared',
      '-fPIC',
      '-o',
      file,
      `${file}.c`,
      `-Wl,-soname,${library}`,
      ...script,
    ]);
  }
}
