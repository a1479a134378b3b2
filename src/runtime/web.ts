import { UserError } from '../data/errors.js';
import { deviceOptions, openSession, type Session, type SessionOptions } from './session.js';

/** Loads an ONNX model into the WebAssembly runtime, or into the one with WebGPU. */
export async function createSession(
  model: Uint8Array,
  options: SessionOptions = {},
): Promise<Session> {
  const { threads, profile, device } = options;
  if (profile) throw new UserError('Profiles are made in Node, not in a browser.');
  if (typeof WebAssembly === 'undefined') {
    throw new UserError(
      'This browser has no WebAssembly, or it is turned off, and nothing can be computed without. Turn it on, or use another browser.',
    );
  }
  const runtime =
    device === 'webgpu'
      ? await import('#onnxruntime-web/webgpu')
      : await import('#onnxruntime-web/wasm');
  // The runtime starts its threads once, with the first model.
  runtime.env.wasm.numThreads = threads ?? availableThreads();
  const open = () => openSession(runtime, model, deviceOptions(options, 'wasm'));
  if (device !== 'webgpu') return open();
  const session = lastOpened.then(open);
  lastOpened = session.catch(() => undefined);
  return session;
}

/** Whether a session can compute a step's parts beside one another: a browser's threads are shared. */
export function hasLanes(_options: SessionOptions): boolean {
  return false;
}

/** Settles with the latest session on WebGPU: the runtime refuses to make two at a time. */
let lastOpened: Promise<unknown> = Promise.resolve();

/** More threads than this only wait for one another in products of matrices of the usual sizes. */
const mostThreads = 8;

/** Threads that this page or worker may use: one, unless it is isolated from other origins. */
function availableThreads(): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return Math.min(navigator.hardwareConcurrency || 1, mostThreads);
}
