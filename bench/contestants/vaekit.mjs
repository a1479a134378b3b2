import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const library = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const program = fileURLToPath(new URL('../vaekit/train.mjs', import.meta.url));

/**
 * @param {import('./index.mjs').Network} network
 * @param {number} batch
 * @param {number} steps in a stretch, of which there are four
 * @returns {import('./index.mjs').Contestant}
 */
export const vaekit = (network, batch, steps) => ({
  name: 'vaekit',
  available: () => (existsSync(library) ? undefined : 'not built (run npm run build)'),
  command: () => ({
    program: process.execPath,
    args: [program, network, String(batch), '4', String(steps)],
  }),
});
