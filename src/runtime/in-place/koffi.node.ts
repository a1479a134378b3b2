import type * as Koffi from 'koffi';
import { UserError } from '../../base/errors.js';

let loaded: Promise<typeof Koffi> | undefined;

async function load(): Promise<typeof Koffi> {
  // Bundlers look for no such module: it may be absent.
  const name = 'koffi';
  const importing = import(/* webpackIgnore: true */ name) as Promise<typeof Koffi>;
  const koffi = await importing.catch((error: unknown) => {
    throw new UserError(
      'Training by several ranks calls MPI through the package koffi, which is not there. Install it: npm install koffi.',
      { cause: error },
    );
  });
  // MPICH needs more room on the stack than koffi's threads have.
  koffi.config({ async_stack_size: 8 << 20, async_heap_size: 8 << 20 });
  return koffi;
}

/** The package that calls functions of shared libraries. @throws UserError when it is not installed */
export function loadKoffi(): Promise<typeof Koffi> {
  loaded ??= load();
  return loaded;
}

/** Tells whether the package is there, and Node is the program that calls: Bun and Deno have their own ways. */
export async function hasKoffi(): Promise<boolean> {
  const { bun, deno } = process.versions;
  if (bun || deno) return false;
  return loadKoffi().then(
    () => true,
    () => false,
  );
}
