import { readFileSync } from 'node:fs';
import { hasKoffi } from '../in-place/koffi.node.js';
import { placeCode } from './code-memory.node.js';

/** What an empty function is in machine code. */
const empty = Uint8Array.of(0xc3);

function canRun(): boolean {
  const { platform, arch } = process;
  if (platform !== 'linux' || arch !== 'x64' || !hasKoffi()) return false;
  try {
    // The system lists what it lets programs use.
    if (!/\bavx512f\b/.test(readFileSync('/proc/cpuinfo', 'utf8'))) return false;
    placeCode(empty).free();
    return true;
  } catch {
    return false;
  }
}

let known: boolean | undefined;

/**
 * Tells whether operators in machine code run here: on x64 processors with AVX-512 under Linux, where the system lets a
 * program make code.
 */
export function runsMachineCode(): boolean {
  known ??= canRun();
  return known;
}
