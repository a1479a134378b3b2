import { build } from '../limit/build.mjs';
import { mnistFolder } from '../mnist.mjs';

/**
 * The limit: the dense step fused by hand.
 * @param {number} batch
 * @returns {import('./index.mjs').Contestant}
 */
export const c = (batch) => {
  const built = build('dense_step');
  return {
    name: 'fused C loop, one thread',
    available: () => ('reason' in built ? built.reason : undefined),
    command: () => ({
      program: 'program' in built ? built.program : '',
      args: [mnistFolder, String(batch), '4'],
    }),
  };
};
