import { setTimeout } from 'node:timers/promises';
import { UserError } from '../../base/errors.js';
import type { Ranks } from '../../runtime/ranks/ranks.js';
import { lineOf } from '../fault.js';
import { localRanks, threadsOfRank, watchRanks } from './rank-watch.js';

/** A training's ranks, as the command line deals with them. */
export interface JobRanks {
  readonly ranks: Ranks;
  readonly isFirst: boolean;
  /** Threads for this rank, unless it was told otherwise. */
  readonly threads: number;
  /** `2 ranks by Open MPI v4.1.4, 1 thread each`. */
  readonly description: string;
  /** Does something on the first rank, then on the others. */
  inTurn<T>(task: () => Promise<T>): Promise<T>;
  /** Has the loss of a rank told with a way on, from now on. */
  tellLoss(advice: () => string): void;
  /** Ends the work together; this process goes on by itself. */
  leave(): Promise<void>;
}

/** Time that a rank gives the first one to tell of a fault that both may have. */
const patienceMilliseconds = 2000;

/** The exit code where a rank was lost. */
const lostCode = 1;

const quiet = (() => true) as typeof process.stdout.write;

/**
 * Does work as one of the ranks that `mpirun` or `srun` started, or alone where it did not. Only the first
 * rank prints. A fault of one ends all.
 * @throws UserError when ranks were started and cannot find one another
 */
export async function asRank(work: (job: JobRanks | undefined) => Promise<void>): Promise<void> {
  const { launchOf } = await import('../../runtime/ranks/launch.js');
  const launch = launchOf(process.env);
  if (!launch) return work(undefined);
  const tell = process.stderr.write.bind(process.stderr);
  if (launch.rank > 0) {
    process.stdout.write = quiet;
    process.stderr.write = quiet;
  }
  const { joinMpi } = await import('../../runtime/ranks/mpi.node.js');
  const ranks = (await joinMpi())!;
  const isFirst = ranks.rank === 0;
  const who = isFirst ? '' : `rank ${ranks.rank}: `;
  const local = await localRanks(ranks);
  const threads = threadsOfRank(local);
  let advice = () => '';
  const stopWatch = watchRanks(local, (lost) => {
    if (lost.length > 0) {
      const names = lost.length === 1 ? `Rank ${lost[0]} has` : `Ranks ${lost.join(', ')} have`;
      tell(`vaekit: ${names} ended, and with it the training. ${advice()}\n`);
    }
    ranks.abort(lostCode);
  });
  let together = true;
  const job: JobRanks = {
    ranks,
    isFirst,
    threads,
    description: `${ranks.size} ranks by ${ranks.version}, ${threads} thread${threads === 1 ? '' : 's'} each`,
    async inTurn(task) {
      if (isFirst) {
        const done = await task();
        await ranks.sum(new Float64Array(1));
        return done;
      }
      await ranks.sum(new Float64Array(1));
      return task();
    },
    tellLoss(given) {
      advice = given;
    },
    async leave() {
      if (!together) return;
      await ranks.sum(new Float64Array(1));
      together = false;
      stopWatch();
      await ranks.leave();
    },
  };
  try {
    await work(job);
    await job.leave();
  } catch (error) {
    if (!together) throw error;
    if (!isFirst) await setTimeout(patienceMilliseconds);
    const { line, code } = lineOf(error);
    tell(`vaekit: ${who}${line}\n`);
    ranks.abort(code);
  }
}

/** Refuses an option that only one process can serve. @throws UserError */
export function refuseAmongRanks(option: string, job: JobRanks | undefined): void {
  if (!job) return;
  throw new UserError(
    `${option} is for one process, but there are ${job.ranks.size} ranks. Leave it out.`,
  );
}
