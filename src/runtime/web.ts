import { UserError } from '../data/errors.js';
import { openSession, type Session, type SessionOptions } from './session.js';

/** Loads an ONNX model into the WebAssembly runtime. */
export async function createSession(
  model: Uint8Array,
  { threads, profile }: SessionOptions = {},
): Promise<Session> {
  if (profile) throw new UserError('Profiles are made in Node, not in a browser.');
  const runtime = await import('onnxruntime-web/wasm');
  if (threads !== undefined) runtime.env.wasm.numThreads = threads;
  return openSession(runtime, model, { executionProviders: ['wasm'] });
}
