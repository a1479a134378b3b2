/** Ranks that MPI connects. */
export interface MpiAddress {
  readonly kind: 'mpi';
  /** The shared library, by name or path. */
  readonly library: string;
  readonly abi: 'openmpi' | 'mpich';
}

/** Ranks that are threads of one process, with memory that they share. */
export interface SharedAddress {
  readonly kind: 'shared';
  readonly rank: number;
  readonly size: number;
  readonly memory: SharedArrayBuffer;
}

/** How a thread finds the other ranks: plain data, which messages between threads carry. */
export type RanksAddress = MpiAddress | SharedAddress;
