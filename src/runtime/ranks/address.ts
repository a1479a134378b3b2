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

/** Plain data by which a thread finds the other ranks; messages between threads carry it. */
export type RanksAddress = MpiAddress | SharedAddress;
