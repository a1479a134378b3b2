import { fileURLToPath } from 'node:url';
import { mnistFolder } from '../mnist.mjs';
import { findPython } from '../peers/python.mjs';

/**
 * @param {string} name
 * @param {string} file a program in `bench/peers`
 * @param {string[]} modules what it imports
 * @returns {import('./index.mjs').Contestant}
 */
function pythonDense(name, file, modules) {
  const found = findPython(modules);
  const program = fileURLToPath(new URL(`../peers/${file}`, import.meta.url));
  return {
    name,
    available: () => ('reason' in found ? found.reason : undefined),
    command: () => ({
      program: 'python' in found ? found.python : '',
      args: [program, mnistFolder, '--epochs', '2'],
    }),
  };
}

export const kerasDense = pythonDense('Keras on TensorFlow', 'keras_reference.py', [
  'keras',
  'tensorflow',
]);
export const torchDense = pythonDense('PyTorch', 'torch_reference.py', ['torch', 'numpy']);
