/** npm sends its child the signal that the terminal has sent already: one Ctrl-C comes twice. */
const sameSignalMilliseconds = 500;

/** Time that saving may take to come to a place where it can stop, before the process just ends. */
const patienceMilliseconds = 700;

const codes = { SIGINT: 130, SIGTERM: 143 } as const;
const names = Object.keys(codes) as (keyof typeof codes)[];

/**
 * Ends the process on SIGINT or SIGTERM so that nothing half-written stays behind.
 * @returns takes that back
 */
export function exitOnSignals(): () => void {
  const exit = (name: NodeJS.Signals) => process.exit(codes[name as keyof typeof codes]);
  for (const name of names) process.on(name, exit);
  return () => {
    for (const name of names) process.off(name, exit);
  };
}

/** The way that SIGINT and SIGTERM end a training. */
export interface Signals {
  /** Aborted by a signal while it trains; the trained model is then saved. */
  readonly signal: AbortSignal;
  /**
   * Tells that saving begins.
   * @param advice told at a signal: how to get the files that are not saved yet
   * @returns aborted by a signal from now on; where nothing heeds it in time, the process ends
   */
  beginSaving(advice: string): AbortSignal;
  /** Exit code of the process: 0 where no signal came. */
  exitCode(): number;
  stop(): void;
}

/**
 * Aborts on the first SIGINT or SIGTERM; a later one ends the process at once.
 * @param words told at the first
 */
export function abortOnSignals(words = 'Stopping: what was trained is being saved.'): Signals {
  const training = new AbortController();
  const saving = new AbortController();
  let advice: string | undefined;
  let code = 0;
  let first = 0;
  const onSignal = (name: NodeJS.Signals) => {
    const next = codes[name as keyof typeof codes];
    if (code !== 0 && performance.now() - first < sameSignalMilliseconds) return;
    if (code !== 0) process.exit(next);
    code = next;
    first = performance.now();
    if (advice === undefined) {
      process.stderr.write(`\n${words} Once more to stop at once.\n`);
      training.abort();
      return;
    }
    process.stderr.write(`\nStopped while saving. ${advice}\n`);
    saving.abort();
    setTimeout(() => process.exit(next), patienceMilliseconds).unref();
  };
  for (const name of names) process.on(name, onSignal);
  return {
    signal: training.signal,
    beginSaving(given) {
      advice = given;
      return saving.signal;
    },
    exitCode: () => code,
    stop: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
