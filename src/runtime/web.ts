import { UserError } from '../data/errors.js';
import { deviceOptions, openSession, type Session, type SessionOptions } from './session.js';

/** Loads an ONNX model into the WebAssembly runtime, or into the one with WebGPU. */
export async function createSession(
  model: Uint8Array,
  options: SessionOptions = {},
): Promise<Session> {
  const { threads, profile, device } = options;
  if (profile) throw new UserError('Profiles are made in Node, not in a browser.');
  const runtime =
    device === 'webgpu'
      ? await import('onnxruntime-web/webgpu')
      : await import('onnxruntime-web/wasm');
  if (threads !== undefined) runtime.env.wasm.numThreads = threads;
  return openSession(runtime, model, deviceOptions(options, 'wasm'));
}
