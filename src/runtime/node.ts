import { openAssembled } from './assembled/session.js';
import { requireCuda } from './cuda.node.js';
import { hasKoffi } from './in-place/koffi.node.js';
import { openNative, threadsOf } from './native.node.js';
import { flushesDenormals, type Session, type SessionOptions } from './session.js';
import { firstThread, openOnThread } from './thread/thread.node.js';

export { runsMachineCode } from './machine/processor.node.js';
export { joinMpi } from './ranks/mpi.node.js';
export { openRowLanes } from './rows/lanes.node.js';

/** Tells whether the runtime's convolutions of weights that it knows are faster than products of patches. */
export const blocksConvolutions = process.arch === 'x64';

/**
 * Tells how many of a step's microbatches a session can compute beside one another. A profile is of
 * one session.
 */
export function lanesOf(options: SessionOptions): number {
  const { device = 'cpu', thread, profile } = options;
  return device === 'cpu' && thread && !profile ? threadsOf(options) : 1;
}

/**
 * Tells whether a session can keep a step's state in one memory, for the runtime and a kernel. A
 * profile is of the runtime.
 */
export function worksInPlace(options: SessionOptions): boolean {
  const { device = 'cpu', thread, profile } = options;
  return device === 'cpu' && !!thread && !profile && hasKoffi();
}

export { mayHave } from './devices.node.js';

/** Tells whether a session is on a thread beside the caller's. */
export function isBeside({ device = 'cpu', thread }: SessionOptions): boolean {
  return !!thread && device !== 'webgpu';
}

/** Loads an ONNX model into the native runtime. @throws UserError when there is no such device */
export async function createSession(
  model: Uint8Array,
  options: SessionOptions = {},
): Promise<Session> {
  const { device = 'cpu', thread, assembled } = options;
  if (device === 'cuda') requireCuda();
  if (isBeside(options)) return openOnThread(model, options, thread!);
  if (assembled) return openAssembled(assembled);
  // The thread that makes the process's first session is the one that takes denormal numbers as 0.
  if (flushesDenormals()) await firstThread();
  return openNative(model, options, false);
}
