import type { RanksAddress } from './address.js';
import { mpiAdder } from './mpi.node.js';
import type { Adder } from './ranks.js';
import { sharedAdder } from './shared.js';

/** The sums of ranks of an address, for the thread that asks. */
export function adderOf(address: RanksAddress): Adder {
  return address.kind === 'mpi' ? mpiAdder(address) : sharedAdder(address);
}
