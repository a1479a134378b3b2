import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const library = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const program = fileURLToPath(new URL('../vaekit/work.mjs', import.meta.url));

/**
 * @param {import('../tasks.mjs').Task} task
 * @returns {import('./index.mjs').Contestant}
 */
export const vaekit = (task) => ({
  name: 'vaekit',
  available: () => (existsSync(library) ? undefined : 'not built (run npm run build)'),
  command: () => ({ program: process.execPath, args: [program, JSON.stringify(task)] }),
});
