import { explanationOf } from '../base/file-errors.js';

/**
 * Lets a command go on when its output can no longer be written: a training is not lost because a
 * pipe was closed or a disk is full. A reader such as `head` that has seen enough is no error;
 * anything else is told in a line at the end, with an exit code that is not 0.
 * @param code the exit code where output was lost and nothing else was wrong
 */
export function surviveLostOutput(code: number): void {
  let lost: NodeJS.ErrnoException | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') lost ??= error;
  });
  // Swallows the error, as it can be told nowhere.
  process.stderr.on('error', () => {});
  process.on('exit', () => {
    if (!lost) return;
    const reason = explanationOf(lost) ?? 'the system refused it. Send it elsewhere.';
    process.stderr.write(`vaekit: Cannot write standard output: ${reason}\n`);
    process.exitCode ||= code;
  });
}
