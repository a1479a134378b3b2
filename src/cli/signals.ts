/** npm sends its child the signal that the terminal has sent already: one Ctrl-C comes twice. */
const sameSignalMilliseconds = 500;

/** Aborts on the first SIGINT or SIGTERM; a later one ends the process at once. */
export function abortOnSignals(): {
  signal: AbortSignal;
  exitCode: () => number;
  stop: () => void;
} {
  const controller = new AbortController();
  const codes = { SIGINT: 130, SIGTERM: 143 };
  let code = 0;
  let first = 0;
  const onSignal = (name: NodeJS.Signals) => {
    const next = codes[name as keyof typeof codes];
    if (code !== 0 && performance.now() - first < sameSignalMilliseconds) return;
    if (code !== 0) process.exit(next);
    code = next;
    first = performance.now();
    process.stderr.write(
      '\nStopping: what was trained is being saved. Once more to stop at once.\n',
    );
    controller.abort();
  };
  for (const name of Object.keys(codes)) process.on(name, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => code,
    stop: () => {
      for (const name of Object.keys(codes)) process.off(name, onSignal);
    },
  };
}
