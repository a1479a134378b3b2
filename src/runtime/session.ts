import type { InferenceSession, Tensor } from 'onnxruntime-common';

/** Where and how a model runs. */
export interface SessionOptions {
  /** Threads inside one operator; the runtime chooses when left out. */
  readonly threads?: number;
}

/** A loaded model: named tensors in, named tensors out. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  /** Frees what the runtime holds; the session cannot run again. */
  release(): Promise<void>;
}

/** What a build of ONNX Runtime offers; the same class in Node and in the browser. */
type Runtime = { readonly InferenceSession: typeof InferenceSession };

/** Loads an ONNX model into the given build of the runtime. */
export async function openSession(
  runtime: Runtime,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<Session> {
  const session = await runtime.InferenceSession.create(model, {
    logSeverityLevel: 3,
    extra: { session: { disable_quant_qdq: '1' } },
    ...options,
  });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: async (feeds) => ({ ...(await session.run(feeds)) }),
    release: () => session.release(),
  };
}
