import { spawn, spawnSync } from 'node:child_process';
import { hasKoffi } from '../../src/runtime/in-place/koffi.node.js';
import { type Ended, ended, main } from '../cli/process.js';

/** An `mpirun` of a kind, or the reason why there is none. */
interface Launcher {
  readonly command: string;
  /** The beginning of its library's own description. */
  readonly version: RegExp;
  readonly missing?: string;
}

function reasonAgainst(command: string): string | undefined {
  if (!hasKoffi()) return 'koffi is not built for this system';
  const { status } = spawnSync(command, ['--version']);
  return status === 0 ? undefined : `there is no ${command}`;
}

/** The launchers of MPI to try: Debian's, by their full names. */
export const launchers: readonly Launcher[] = [
  { command: 'mpirun.openmpi', version: /^Open MPI v\d/ },
  { command: 'mpirun.mpich', version: /^MPICH Version \d/ },
].map((launcher) => {
  const missing = reasonAgainst(launcher.command);
  return missing === undefined ? launcher : { ...launcher, missing };
});

/** Starts so many ranks of a script, or of the command line. */
function startRanks({ command }: Launcher, count: number, cwd: string, args: readonly string[]) {
  return spawn(command, ['-np', `${count}`, process.execPath, ...args], {
    cwd,
    env: {
      ...process.env,
      OMPI_ALLOW_RUN_AS_ROOT: '1',
      OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
      OMPI_MCA_rmaps_base_oversubscribe: '1',
      // A rank that waits lets others compute: tests share few processors.
      OMPI_MCA_mpi_yield_when_idle: '1',
    },
  });
}

/** Runs `vaekit` as so many ranks in a folder to its end. */
export function vaekitRanks(
  launcher: Launcher,
  count: number,
  cwd: string,
  ...args: readonly string[]
): Promise<Ended> {
  return ended(startRanks(launcher, count, cwd, [main, ...args]));
}
