import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const library = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const program = fileURLToPath(new URL('../vaekit/dense.mjs', import.meta.url));

/** @type {import('./index.mjs').Contestant} */
export const vaekitDense = {
  name: 'vaekit',
  available: () => (existsSync(library) ? undefined : 'not built (run npm run build)'),
  command: () => ({ program: process.execPath, args: [program, '4'] }),
};
