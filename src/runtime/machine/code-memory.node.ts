import type * as Koffi from 'koffi';
import { loadKoffi } from '../in-place/koffi.node.js';

/** Flags of `mmap` on Linux: readable and writable, or executable in the place of that; private memory of no file. */
const access = { write: 1 | 2, execute: 1 | 4 };
const ofNoFile = 0x2 | 0x20;

interface System {
  /** Kept, as koffi unloads a library that nothing refers to. */
  readonly library: Koffi.LibraryHandle;
  readonly map: (...given: readonly unknown[]) => bigint;
  readonly protect: (...given: readonly unknown[]) => number;
  readonly copy: (...given: readonly unknown[]) => bigint;
  readonly unmap: (...given: readonly unknown[]) => number;
}

let opened: System | undefined;

function system(): System {
  if (opened) return opened;
  const library = loadKoffi().load('libc.so.6');
  opened = {
    library,
    map: library.func(
      'void *mmap(void *at, size_t bytes, int access, int flags, int file, int64_t offset)',
    ),
    protect: library.func('int mprotect(void *at, size_t bytes, int access)'),
    copy: library.func('void *memcpy(void *to, const void *from, size_t bytes)'),
    unmap: library.func('int munmap(void *at, size_t bytes)'),
  };
  return opened;
}

const failed = 2n ** 64n - 1n;

/** Machine code in memory that can be run, and no longer written. */
export interface PlacedCode {
  readonly address: bigint;
  /** Frees it; nothing may run in it. */
  free(): void;
}

/** Places machine code. @throws Error where the system allows none that is made while a program runs */
export function placeCode(code: Uint8Array): PlacedCode {
  const { map, copy, protect, unmap } = system();
  const bytes = code.byteLength;
  const address = map(null, bytes, access.write, ofNoFile, -1, 0);
  if (address === failed) throw new Error('There is no memory for machine code');
  copy(address, code, bytes);
  if (protect(address, bytes, access.execute) !== 0) {
    unmap(address, bytes);
    throw new Error('The system allows no machine code that is made while a program runs');
  }
  return {
    address,
    free() {
      unmap(address, bytes);
    },
  };
}
