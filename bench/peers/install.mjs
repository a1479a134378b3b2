import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bench = fileURLToPath(new URL('..', import.meta.url));

/**
 * Installs the peers that npm has into `bench/`, where they are not there yet.
 * @param {(line: string) => void} log
 * @returns {boolean} whether they are there
 */
export function installPeers(log) {
  if (existsSync(`${bench}node_modules/.package-lock.json`)) return true;
  log('installing peers into bench/ ...');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  return spawnSync(npm, ['ci'], { cwd: bench, stdio: ['ignore', 2, 2] }).status === 0;
}
