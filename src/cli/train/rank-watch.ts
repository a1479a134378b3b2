import { availableParallelism, cpus, hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { gathered, type Ranks } from '../../runtime/ranks/ranks.js';

/** Time between two looks at the other processes of this machine. */
const watchMilliseconds = 250;

/** A number for a name, the same on every machine. */
function digest(name: string): number {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(name)) state = Math.imul(state ^ byte, 0x01000193);
  return state >>> 0;
}

/** The ranks on this machine, by their processes. */
export interface LocalRanks {
  readonly rank: number;
  /** Every rank's process, by rank; undefined where the rank is on another machine. */
  readonly processes: readonly (number | undefined)[];
}

/** Finds the ranks on this machine. */
export async function localRanks(ranks: Ranks): Promise<LocalRanks> {
  const own = digest(hostname());
  const hosts = await gathered(ranks, own);
  const processes = await gathered(ranks, process.pid);
  return {
    rank: ranks.rank,
    processes: processes.map((each, rank) => (hosts[rank] === own ? each : undefined)),
  };
}

/** Threads for each of the ranks on this machine. A launcher may have bound each to processors already. */
export function threadsOfRank({ processes }: LocalRanks): number {
  const local = processes.filter((each) => each !== undefined).length;
  return Math.min(availableParallelism(), Math.max(1, Math.floor(cpus().length / local)));
}

function lives(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The ranks of this machine whose processes have ended. */
function lostRanks({ processes }: LocalRanks): number[] {
  return processes.flatMap((id, rank) => (id === undefined || lives(id) ? [] : [rank]));
}

/**
 * Watches the other ranks of this machine: MPI waits for ever for one that has died.
 * @param onLost is told once which ranks have ended, on the first rank that is left; the others get an empty list
 * @returns ends the watch
 */
export function watchRanks(
  local: LocalRanks,
  onLost: (lost: readonly number[]) => void,
): () => void {
  let over = false;
  const look = () => {
    const lost = lostRanks(local);
    if (over || lost.length === 0) return;
    const first = local.processes.findIndex((id, rank) => id !== undefined && !lost.includes(rank));
    over = true;
    if (first === local.rank) onLost(lost);
    // The first one is to tell of it before the job ends.
    else setTimeout(4 * watchMilliseconds, undefined, { ref: false }).then(() => onLost([]));
  };
  const timer = setInterval(look, watchMilliseconds);
  timer.unref();
  // A launcher that saw a rank die ends the others by this. Before there is something to save, so does a user.
  const onSignal = () => {
    look();
    const isAlone = process.listenerCount('SIGTERM') === 1;
    setTimeout(50, undefined, { ref: false }).then(() => {
      look();
      if (isAlone && !over) onLost([]);
    });
  };
  process.on('SIGTERM', onSignal);
  return () => {
    over = true;
    clearInterval(timer);
    process.off('SIGTERM', onSignal);
  };
}
