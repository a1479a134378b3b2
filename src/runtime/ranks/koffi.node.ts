import type * as Koffi from 'koffi';
import { UserError } from '../../base/errors.js';

let loaded: Promise<typeof Koffi> | undefined;

async function load(): Promise<typeof Koffi> {
  try {
    const koffi = await import('koffi');
    // MPICH needs more room on the stack than koffi's threads have.
    koffi.config({ async_stack_size: 8 << 20, async_heap_size: 8 << 20 });
    return koffi;
  } catch (error) {
    throw new UserError(
      'Training by several ranks calls MPI through the package koffi, which is not there. Install it: npm install koffi.',
      { cause: error },
    );
  }
}

/** The package that calls functions of shared libraries. @throws UserError when it is not installed */
export function loadKoffi(): Promise<typeof Koffi> {
  loaded ??= load();
  return loaded;
}
