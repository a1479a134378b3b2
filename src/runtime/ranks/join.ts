import * as runtime from '#runtime';
import type { MpiRanks } from './ranks.js';

/**
 * Joins the ranks that a launcher started this process as one of: `mpirun`, `mpiexec` or `srun`.
 * @returns undefined where the process was started alone, as a page always is
 * @throws UserError when koffi or the library of MPI is missing, or the library is not the launcher's
 */
export function joinMpi(): Promise<MpiRanks | undefined> {
  return runtime.joinMpi();
}
