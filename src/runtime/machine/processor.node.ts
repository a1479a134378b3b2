import { readFileSync } from 'node:fs';
import { hasKoffi } from '../in-place/koffi.node.js';
import { placeCode } from './code-memory.node.js';
import type { VectorSet } from './encoding.js';

/** An empty function in machine code. */
const empty = Uint8Array.of(0xc3);

/** Flags of processors, as Linux lists them, of which all must be there; the fastest first. */
const flags: readonly (readonly [VectorSet, readonly string[]])[] = [
  ['avx512', ['avx512f']],
  ['avx2', ['avx2', 'fma']],
];

/** The instructions for vectors that the system lets programs use. */
export function vectorSets(): readonly VectorSet[] {
  const { platform, arch } = process;
  if (platform !== 'linux' || arch !== 'x64') return [];
  try {
    const listed = new Set(readFileSync('/proc/cpuinfo', 'utf8').split(/\s+/));
    return flags.filter(([, all]) => all.every((flag) => listed.has(flag))).map(([set]) => set);
  } catch {
    return [];
  }
}

function canPlace(): boolean {
  try {
    placeCode(empty).free();
    return true;
  } catch {
    return false;
  }
}

let known: { readonly set: VectorSet | undefined } | undefined;

/**
 * The instructions for vectors that operators in machine code use here: on x64 processors with AVX-512 or AVX2 under Linux,
 * where the system lets a program make code. Undefined where they cannot run.
 */
export function vectorSet(): VectorSet | undefined {
  if (!known) {
    const [best] = vectorSets();
    known = { set: best && hasKoffi() && canPlace() ? best : undefined };
  }
  return known.set;
}

/** Tells whether operators in machine code run here. */
export function runsMachineCode(): boolean {
  return vectorSet() !== undefined;
}
