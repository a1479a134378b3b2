import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const library = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const program = fileURLToPath(new URL('../vaekit/train.mjs', import.meta.url));

/**
 * @param {'dense' | 'mlp' | 'conv'} network
 * @param {number} batch
 * @param {number} stretches
 * @param {number} steps steps in a stretch
 * @returns {import('./index.mjs').Contestant}
 */
export const vaekit = (network, batch, stretches, steps) => ({
  name: 'vaekit',
  available: () => (existsSync(library) ? undefined : 'not built (run npm run build)'),
  command: () => ({
    program: process.execPath,
    args: [program, network, ...[batch, stretches, steps].map(String)],
  }),
});
