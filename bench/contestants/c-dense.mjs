import { build } from '../limit/build.mjs';
import { mnistFolder } from '../mnist.mjs';

const built = build('dense_step');

/** @type {import('./index.mjs').Contestant} */
export const cDense = {
  name: 'C, fused, 1 thread',
  available: () => ('reason' in built ? built.reason : undefined),
  command: () => ({
    program: 'program' in built ? built.program : '',
    args: [mnistFolder, '32', '4'],
  }),
};
