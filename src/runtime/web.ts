import { openSession, type Session, type SessionOptions } from './session.js';

/** Loads an ONNX model into the WebAssembly runtime. */
export async function createSession(
  model: Uint8Array,
  { threads }: SessionOptions = {},
): Promise<Session> {
  const runtime = await import('onnxruntime-web/wasm');
  if (threads !== undefined) runtime.env.wasm.numThreads = threads;
  return openSession(runtime, model, { executionProviders: ['wasm'] });
}
