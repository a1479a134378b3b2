import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPython } from '../peers/python.mjs';

/** The folder of all that is gathered and built for a graphics processor; git ignores it. */
export const folder = fileURLToPath(new URL('../../.gpu', import.meta.url));

/** The package of npm, without CUDA. */
export const npmRuntime = dirname(
  createRequire(import.meta.url).resolve('onnxruntime-node/package.json'),
);

export const runtimeFiles = ['libonnxruntime.so.1', 'onnxruntime_binding.node'];
export const providerFiles = [
  'libonnxruntime_providers_shared.so',
  'libonnxruntime_providers_cuda.so',
];

/**
 * The folder with ONNX Runtime's provider for CUDA 13: of the release that vaekit has, from its package for Python.
 * @throws Error where no Python can install it
 */
export function cudaProvider() {
  const { version } = JSON.parse(readFileSync(join(npmRuntime, 'package.json'), 'utf8'));
  const target = join(folder, `onnxruntime-gpu-${version}`);
  const files = join(target, 'onnxruntime/capi');
  if (providerFiles.every((name) => existsSync(join(files, name)))) return files;
  const found = findPython(['pip']);
  if ('reason' in found)
    throw new Error(`ONNX Runtime's provider for CUDA is a package of pip: ${found.reason}`);
  mkdirSync(folder, { recursive: true });
  const options = ['--no-deps', '--quiet', '--only-binary', ':all:', '--target', target];
  const { status } = spawnSync(
    found.python,
    ['-m', 'pip', 'install', ...options, `onnxruntime-gpu==${version}`],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (status !== 0) throw new Error(`pip did not install onnxruntime-gpu ${version}`);
  return files;
}
