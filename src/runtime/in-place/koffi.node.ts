import * as modules from 'node:module';
import type * as Koffi from 'koffi';
import { UserError } from '../../base/errors.js';
import { ownFile } from '../../base/own-files.node.js';

/*
 * Koffi calls functions of shared libraries. Its own package has an install script, which builds what is not
 * there; the packages of its builds, one a system, have none. npm installs the one for this system with vaekit.
 */

let loaded: typeof Koffi | undefined;

/**
 * Koffi, as built for this system.
 * @throws UserError when its package is not installed, or cannot be loaded
 */
export function loadKoffi(): typeof Koffi {
  if (loaded) return loaded;
  const name = `@koromix/koffi-${process.platform}-${process.arch}`;
  try {
    // Names `modules`, as webpack would replace a plain `createRequire` by its own function.
    loaded = modules.createRequire(ownFile('package.json'))(name) as typeof Koffi;
  } catch (error) {
    const reason = String((error as Error).message).split('\n')[0];
    throw new UserError(
      `Training by several ranks calls MPI through the package ${name}, which cannot be loaded: ${reason}. npm installs it with vaekit unless optional dependencies are left out.`,
      { cause: error },
    );
  }
  // MPICH needs more room on the stack than koffi's threads have.
  loaded.config({ async_stack_size: 8 << 20, async_heap_size: 8 << 20 });
  return loaded;
}

/** Tells whether koffi is there, and Node is the program that calls: Bun and Deno have their own ways. */
export function hasKoffi(): boolean {
  const { bun, deno } = process.versions;
  if (bun || deno) return false;
  try {
    loadKoffi();
    return true;
  } catch {
    return false;
  }
}
