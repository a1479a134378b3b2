import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The first line that a program prints; undefined where it fails. */
function firstLine(/** @type {string} */ program, /** @type {string[]} */ args) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n')[0] : undefined;
}

/** Folders of NVIDIA's libraries: those that came with PyTorch, CUDA's own, and the driver's where it is mounted. */
function libraryFolders(/** @type {string | undefined} */ python) {
  const code = 'import torch; print(torch.__file__)';
  const torch = python && firstLine(python, ['-c', code]);
  const packages = torch ? join(dirname(dirname(torch)), 'nvidia') : '';
  const brought = existsSync(packages)
    ? readdirSync(packages).map((name) => join(packages, name, 'lib'))
    : [];
  const system = ['/usr/local/cuda/lib64', '/usr/local/nvidia/lib64'];
  return [join(root, 'lib'), ...brought, ...system].filter((folder) => existsSync(folder));
}

/** Descriptions of Vulkan's drivers: NVIDIA's where the loader does not look, and those in software. */
const drivers = {
  hardware: ['/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json'],
  software: [
    '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json',
    '/usr/share/vulkan/icd.d/lvp_icd.json',
    '/usr/lib/chromium/vk_swiftshader_icd.json',
  ],
};

/**
 * The environment in which programs find libraries and drivers.
 * @param {string | undefined} python that has PyTorch
 * @param {boolean} [software] whether an adapter in software is asked for
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentOf(python, software = false) {
  const driver = drivers[software ? 'software' : 'hardware'].find((file) => existsSync(file));
  const before = process.env.LD_LIBRARY_PATH;
  const folders = [...libraryFolders(python), ...(before ? [before] : [])];
  return {
    LD_LIBRARY_PATH: folders.join(':'),
    ...(driver === undefined ? {} : { VK_ICD_FILENAMES: driver, VK_DRIVER_FILES: driver }),
  };
}

/** The machine and the versions that the figures are of. */
export function describeMachine(/** @type {NodeJS.ProcessEnv} */ env) {
  const card = firstLine('nvidia-smi', [
    '--query-gpu=name,driver_version,memory.total',
    '--format=csv,noheader',
  ]);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    date: new Date().toISOString().slice(0, 10),
    card: card ?? 'none that nvidia-smi tells of',
    processor: `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`,
    node: process.versions.node,
    vaekit: version,
    driver: env.VK_DRIVER_FILES ?? "the loader's own",
  };
}
