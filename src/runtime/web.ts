import { UserError } from '../base/errors.js';
import { openAssembled } from './assembled/session.js';
import { openLaneBeside } from './microbatched/lanes.web.js';
import { openMicrobatched } from './microbatched/session.js';
import type { RowLanes } from './rows/rows.js';
import type { MachineModel, MicrobatchedStep, Session, SessionOptions } from './session.js';
import { availableThreads, openWeb, requireWebAssembly } from './wasm.web.js';

/** Tells whether the runtime's convolutions of weights that it knows are faster than products of patches. */
export const blocksConvolutions = false;

/** Tells how many of a step's microbatches a session can compute beside one another. */
export function lanesOf({ device = 'cpu', thread, threads }: SessionOptions): number {
  const mayShare = globalThis.crossOriginIsolated && typeof Worker !== 'undefined';
  return device === 'cpu' && thread && mayShare ? (threads ?? availableThreads()) : 1;
}

/** The runtime's memory is its own here. */
export function worksInPlace(_: SessionOptions): boolean {
  return false;
}

/** A browser's programs make WebAssembly alone. */
export function runsMachineCode(): boolean {
  return false;
}

export { mayHave } from './devices.web.js';

/** A session is on the caller's thread: a browser has its own workers. */
export function isBeside(_: SessionOptions): boolean {
  return false;
}

/** A session of lanes, each a worker; undefined where workers cannot be had. */
async function openLanes(
  model: MicrobatchedStep,
  options: SessionOptions,
): Promise<Session | undefined> {
  const count = Math.min(lanesOf(options), model.count);
  if (count < 2) return undefined;
  const lanes = Array.from({ length: count }, () => openLaneBeside(model));
  return openMicrobatched(model, openWeb(model.rest), lanes);
}

/** Loads an ONNX model into the WebAssembly runtime, or into the one with WebGPU. */
export async function createSession(
  model: Uint8Array,
  options: SessionOptions = {},
): Promise<Session> {
  const { profile, microbatched, assembled } = options;
  if (profile) throw new UserError('Profiles are made in Node, not in a browser.');
  if (assembled) {
    requireWebAssembly();
    return openAssembled(assembled);
  }
  return (microbatched && (await openLanes(microbatched, options))) ?? openWeb(model, options);
}

/** A function's rows are computed by one session here. */
export async function openRowLanes(_: MachineModel): Promise<RowLanes | undefined> {
  return undefined;
}

/** A page is one process alone. */
export async function joinMpi(): Promise<undefined> {}
