import { fileURLToPath } from 'node:url';
import { mnistFolder } from '../mnist.mjs';
import { findPython } from '../peers/python.mjs';

/**
 * @param {string} name
 * @param {string[]} modules imports of the program
 * @param {string} file a program in `bench/peers`
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {import('./index.mjs').Contestant}
 */
function python(name, modules, file, args, env = {}) {
  const program = fileURLToPath(new URL(`../peers/${file}`, import.meta.url));
  return {
    name,
    available() {
      const found = findPython(modules);
      return 'reason' in found ? found.reason : undefined;
    },
    command() {
      const found = findPython(modules);
      return { program: 'python' in found ? found.python : '', args: [program, ...args], env };
    },
  };
}

const backends = { tensorflow: 'Keras on TensorFlow', jax: 'Keras on JAX' };

/**
 * The tutorial's reference program for the dense network, as it is, which counts epochs.
 * @param {keyof typeof backends} backend
 * @param {number} batch
 */
export const kerasReference = (backend, batch) =>
  python(
    backends[backend],
    ['keras', backend],
    'keras_reference.py',
    [mnistFolder, '--epochs', '2', '--batch-size', String(batch)],
    { KERAS_BACKEND: backend },
  );

/**
 * @param {keyof typeof backends} backend
 * @param {import('../tasks.mjs').Task} task
 */
export const keras = (backend, task) =>
  python(backends[backend], ['keras', backend], 'keras_vae.py', [JSON.stringify(task)], {
    KERAS_BACKEND: backend,
  });

/**
 * @param {import('../tasks.mjs').Task} task
 * @param {boolean} [compiled] by torch.compile
 */
export const torch = (task, compiled = false) =>
  python(compiled ? 'PyTorch, torch.compile' : 'PyTorch', ['torch', 'numpy'], 'torch_vae.py', [
    JSON.stringify(task),
    ...(compiled ? ['--compile'] : []),
  ]);
