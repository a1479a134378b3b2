/** The environment of a process, by name. */
type Environment = Readonly<Record<string, string | undefined>>;

/** The facts that a launcher tells the processes that it starts. */
export interface Launch {
  readonly launcher: 'mpirun' | 'srun';
  /** Whose launcher it is, where that can be told: the library of that kind is looked for first. */
  readonly kind: 'openmpi' | 'mpich' | undefined;
  readonly rank: number;
  readonly size: number;
}

const number = (text: string | undefined) =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;

/** Variables of each launcher that say a process's place; the first that are there are taken. */
const launchers = [
  {
    launcher: 'mpirun',
    kind: 'openmpi',
    rank: 'OMPI_COMM_WORLD_RANK',
    size: 'OMPI_COMM_WORLD_SIZE',
  },
  {
    launcher: 'srun',
    kind: undefined,
    rank: 'SLURM_PROCID',
    size: 'SLURM_STEP_NUM_TASKS',
  },
  {
    launcher: 'mpirun',
    kind: 'mpich',
    rank: 'PMI_RANK',
    size: 'PMI_SIZE',
  },
] as const;

/**
 * The launch that a process is one of several of.
 * @returns undefined where it was started alone
 */
export function launchOf(environment: Environment): Launch | undefined {
  for (const { launcher, kind, ...names } of launchers) {
    const rank = number(environment[names.rank]);
    const size = number(environment[names.size]);
    if (rank === undefined || size === undefined) continue;
    return size > 1 ? { launcher, kind, rank, size } : undefined;
  }
  return undefined;
}
