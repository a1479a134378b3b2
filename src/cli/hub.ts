import { formatBytes } from '../report/number.js';
import { type HubOptions, type HubProgress, isHubAddress, RunFolder } from '../runs/index.js';
import { exitOnSignals } from './signals.js';

const redrawMilliseconds = 100;
const clearToEndOfLine = '\x1b[K';

/** Shows how much of each file came: in a line that is redrawn on a terminal, elsewhere in one as it begins. */
function showProgress(stream: NodeJS.WriteStream): (progress: HubProgress) => void {
  const isLive = stream.isTTY === true && process.env.TERM !== 'dumb';
  let drawn = Number.NEGATIVE_INFINITY;
  return ({ repo, file, loaded, size }) => {
    const isDone = loaded >= size;
    if (!isLive) {
      if (loaded === 0) stream.write(`${repo}: ${file}, ${formatBytes(size)}\n`);
      return;
    }
    if (!isDone && performance.now() - drawn < redrawMilliseconds) return;
    drawn = performance.now();
    const done = isDone ? '' : `${formatBytes(loaded)} of `;
    const text = `${repo}: ${file}, ${done}${formatBytes(size)}`.slice(
      0,
      (stream.columns || 80) - 1,
    );
    stream.write(`\r${text}${clearToEndOfLine}${isDone ? '\n' : ''}`);
  };
}

/** Options by which commands reach the Hub: they show progress, and tell of harmless faults. */
export const hubOptions = (): Required<Pick<HubOptions, 'onProgress' | 'onNote'>> => ({
  onProgress: showProgress(process.stderr),
  onNote: (line) => process.stderr.write(`${line}\n`),
});

/**
 * Does something with a run of the command line. Where it is on the Hub, a signal meanwhile ends the process with
 * nothing half-written.
 * @throws UserError when there is no run
 */
export async function withRun<T>(
  place: string,
  use: (folder: RunFolder) => Promise<T>,
): Promise<T> {
  const done = isHubAddress(place) ? exitOnSignals() : () => {};
  try {
    return await use(await RunFolder.open(place, hubOptions()));
  } finally {
    done();
  }
}
