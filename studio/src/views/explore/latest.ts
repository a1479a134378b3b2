/**
 * Runs an action one call at a time, always with the latest arguments: of the calls that come while one
 * is under way, only the last is made.
 */
export function latest<Argument>(
  action: (argument: Argument) => Promise<void>,
): (argument: Argument) => Promise<void> {
  let pending: { argument: Argument } | undefined;
  let running: Promise<void> | undefined;
  const work = async () => {
    try {
      while (pending) {
        const { argument } = pending;
        pending = undefined;
        await action(argument);
      }
    } finally {
      running = undefined;
    }
  };
  return (argument) => {
    pending = { argument };
    running ??= work();
    return running;
  };
}
