import * as modules from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { type InferenceSession, Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import { ownFile } from '../base/own-files.node.js';
import { ownArray } from '../base/realm.js';
import { cudaBinding } from './cuda.node.js';
import type { Runtime, RuntimeSession, Tensors } from './session.js';

/*
 * ONNX Runtime's binding for Node. It comes with vaekit, without its package (see
 * packaging/vendor.mjs), which installs much more, and takes arrays of one realm alone.
 */

/** A numeric tensor as the binding hands it out, before it is a `Tensor`. */
class Handed {
  constructor(
    readonly type: Tensor.Type,
    readonly data: Float32Array,
    readonly dims: readonly number[],
  ) {}

  static fromGpuBuffer(...given: Parameters<typeof Tensor.fromGpuBuffer>): Tensor {
    return Tensor.fromGpuBuffer(...given);
  }
}

/** An input or output as the binding tells of it: −1 stands for a length that is not fixed. */
interface BoundValue {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type: number;
  readonly shape: readonly number[];
  readonly symbolicDimensions: readonly string[];
}

/** Types of tensors by their numbers in ONNX, the first of them 1. */
const types: readonly Tensor.Type[] = [
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
];

function metadataOf(value: BoundValue): InferenceSession.ValueMetadata {
  const { name, isTensor, type, shape, symbolicDimensions } = value;
  if (!isTensor) return { name, isTensor };
  const dims = shape.map((length, i) => (length < 0 ? symbolicDimensions[i]! : length));
  return { name, isTensor, type: types[type - 1]!, shape: dims };
}

/** A loaded model as the binding knows it. Its calls return when all is done. */
interface BoundSession {
  loadModel(
    buffer: ArrayBufferLike,
    start: number,
    length: number,
    options: InferenceSession.SessionOptions,
  ): void;
  readonly inputMetadata: readonly BoundValue[];
  readonly outputMetadata: readonly { readonly name: string }[];
  run(
    feeds: Tensors,
    fetches: Readonly<Record<string, Tensor | null>>,
    options: object,
  ): Readonly<Record<string, Handed | Tensor>>;
  endProfiling(): void;
  dispose(): void;
}

interface Binding {
  readonly InferenceSession: new () => BoundSession;
  listSupportedBackends(): readonly { readonly name: string }[];
  initOrtOnce(logLevel: number, tensor: typeof Handed, isMainThread: boolean): void;
}

/** `ORT_LOGGING_LEVEL_WARNING`. */
const warnings = 2;

/** Systems for which the binding is there. */
const systems = 'Linux (x64, arm64; glibc), macOS (arm64) and Windows (x64, arm64)';

function load(): Binding {
  const { platform, arch } = process;
  const path = ownFile(`dist/vendor/onnxruntime-node/${platform}/${arch}/onnxruntime_binding.node`);
  // webpack would replace a plain `createRequire` by its own function.
  const load = (file: string) => modules.createRequire(file)(file);
  try {
    // A process has one library of the runtime, and it looks for CUDA's beside itself.
    const withCuda = cudaBinding();
    if (withCuda !== undefined) load(withCuda);
    const binding = load(path) as Binding;
    binding.initOrtOnce(warnings, Handed, isMainThread);
    return binding;
  } catch (error) {
    const reason = String((error as Error).message).split('\n')[0];
    throw new UserError(
      `ONNX Runtime cannot be loaded on ${platform} ${arch}: ${reason}. It runs on ${systems}.`,
      { cause: error },
    );
  }
}

let loaded: Binding | undefined;

/** Gives the name of a device: itself, or out of a table that names it. */
const nameOf = (provider: InferenceSession.ExecutionProviderConfig): string =>
  typeof provider === 'string' ? provider : provider.name;

/** An output as a tensor of this realm. */
function toTensor(output: Handed | Tensor): Tensor {
  if ('location' in output) return output;
  return new Tensor(output.type as 'float32', ownArray(output.data), [...output.dims]);
}

async function create(
  model: Uint8Array,
  options: InferenceSession.SessionOptions = {},
): Promise<RuntimeSession> {
  loaded ??= load();
  const { InferenceSession, listSupportedBackends } = loaded;
  const there = listSupportedBackends().map(({ name }) => name);
  const missing = options.executionProviders?.map(nameOf).find((name) => !there.includes(name));
  if (missing !== undefined) throw new Error(`no available backend found: ${missing}`);
  // Lets the caller go on before the thread is taken.
  await setImmediate();
  const session = new InferenceSession();
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, options);
  const fetches = Object.fromEntries(session.outputMetadata.map(({ name }) => [name, null]));
  const inputNames = session.inputMetadata.map(({ name }) => name);
  return {
    inputNames,
    inputMetadata: session.inputMetadata.map(metadataOf),
    outputNames: Object.keys(fetches),
    async run(feeds, into) {
      const missing = inputNames.find((name) => !(name in feeds));
      if (missing !== undefined) throw new Error(`input '${missing}' is missing`);
      await setImmediate();
      const outputs = Object.entries(session.run(feeds, { ...fetches, ...into }, {}));
      return Object.fromEntries(outputs.map(([name, output]) => [name, toTensor(output)]));
    },
    endProfiling: () => session.endProfiling(),
    release: async () => session.dispose(),
  };
}

/** The native runtime. Its files are looked for when the first model is loaded. */
export const nativeRuntime: Runtime = { InferenceSession: { create } };
