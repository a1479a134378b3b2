import { UserError } from '../base/errors.js';
import { deviceOptions, openSession, type Session, type SessionOptions } from './session.js';
import { Turns } from './turns.js';

/*
 * A build of the runtime has one stack and one memory for all of its sessions, and gives way to others
 * in the midst of a call. Two calls at a time would read one another's outputs, so each build is
 * called by turns, whichever session it is for.
 */
const builds = {
  cpu: { load: () => import('#onnxruntime-web/wasm'), turns: new Turns() },
  webgpu: { load: () => import('#onnxruntime-web/webgpu'), turns: new Turns() },
};

/** Loads an ONNX model into the build of the runtime that this page or worker has for its device. */
export async function openWeb(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const { threads, device = 'cpu' } = options;
  if (device === 'cuda') {
    throw new UserError('The device cuda is none of a browser. Use the device webgpu or cpu.');
  }
  requireWebAssembly();
  const { load, turns } = builds[device];
  const runtime = await load();
  const session = await turns.take(() => {
    // The runtime starts its threads once, with the first model.
    runtime.env.wasm.numThreads = threads ?? availableThreads();
    return openSession(runtime, model, deviceOptions(options, 'wasm'));
  });
  return {
    ...session,
    run: (feeds) => turns.take(() => session.run(feeds)),
    release: () => turns.take(() => session.release()),
  };
}

/** The smallest module: its four bytes of magic, and the version. */
const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** @throws UserError where there is no WebAssembly, or a policy or an extension keeps it from running */
export function requireWebAssembly(): void {
  if (typeof WebAssembly === 'undefined') {
    throw new UserError(
      'This browser has no WebAssembly, or it is turned off, and nothing can be computed without. Turn it on, or use another browser.',
    );
  }
  try {
    new WebAssembly.Module(emptyModule);
  } catch (error) {
    throw new UserError(
      `This browser may not run WebAssembly here, and nothing can be computed without: ${(error as Error).message.replace(/\.$/, '')}. Allow it for this page, or use another browser.`,
      { cause: error },
    );
  }
}

/** More threads than this only wait for one another in products of matrices of the usual sizes. */
const mostThreads = 8;

/** Threads that this page or worker may use: one, unless it is isolated from other origins. */
export function availableThreads(): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return Math.min(navigator.hardwareConcurrency || 1, mostThreads);
}
