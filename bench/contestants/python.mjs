import { fileURLToPath } from 'node:url';
import { mnistFolder } from '../mnist.mjs';
import { findPython } from '../peers/python.mjs';

/**
 * @param {string} name
 * @param {string[]} modules what the program imports
 * @param {string} file a program in `bench/peers`
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {import('./index.mjs').Contestant}
 */
function python(name, modules, file, args, env = {}) {
  const found = findPython(modules);
  const program = fileURLToPath(new URL(`../peers/${file}`, import.meta.url));
  return {
    name,
    available: () => ('reason' in found ? found.reason : undefined),
    command: () => ({
      program: 'python' in found ? found.python : '',
      args: [program, ...args],
      env,
    }),
  };
}

const backends = { tensorflow: 'Keras on TensorFlow', jax: 'Keras on JAX' };

/**
 * The tutorial's reference program for the dense network, as it is; else the same with its layers.
 * @param {keyof typeof backends} backend
 * @param {import('./index.mjs').Network} network
 * @param {number} batch
 * @param {number} [steps] in a stretch; the reference program counts epochs
 */
export const keras = (backend, network, batch, steps) =>
  python(
    backends[backend],
    ['keras', backend],
    network === 'dense' ? 'keras_reference.py' : 'keras_vae.py',
    network === 'dense'
      ? [mnistFolder, '--epochs', '2', '--batch-size', String(batch)]
      : [network, mnistFolder, '--batch-size', String(batch), '--steps', String(steps)],
    { KERAS_BACKEND: backend },
  );

/**
 * @param {import('./index.mjs').Network} network
 * @param {number} batch
 * @param {number} steps in a stretch
 * @param {boolean} [compiled] by torch.compile
 */
export const torch = (network, batch, steps, compiled = false) =>
  python(compiled ? 'PyTorch, torch.compile' : 'PyTorch', ['torch', 'numpy'], 'torch_vae.py', [
    network,
    mnistFolder,
    ...['--batch-size', String(batch), '--steps', String(steps), '--stretches', '3'],
    ...(compiled ? ['--compile'] : []),
  ]);
