import { openSession, type Session, type SessionOptions } from './session.js';

/** Loads an ONNX model into the native runtime. */
export async function createSession(
  model: Uint8Array,
  { threads }: SessionOptions = {},
): Promise<Session> {
  const runtime = await import('onnxruntime-node');
  return openSession(runtime, model, {
    executionMode: 'sequential',
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  });
}
