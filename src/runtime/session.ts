import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import type { RanksAddress } from './ranks/address.js';

/** The device that a model runs on: the processor, or a graphics processor by WebGPU or by CUDA. */
export type Device = 'cpu' | 'webgpu' | 'cuda';

/**
 * A repeated step as two models: each microbatch of its examples adds to sums, and the rest of the
 * step follows from these. All but the models are names of the whole's inputs and outputs.
 */
export interface MicrobatchedStep {
  /** Computes the terms that a microbatch adds to sums, by the sums' names. */
  readonly microbatch: Uint8Array;
  /** Computes from the terms of sums the step's carried values, as `<name>.next`, and its outputs. */
  readonly rest: Uint8Array;
  readonly carried: readonly string[];
  /** Inputs of which every step sees its own entry. */
  readonly steps: readonly string[];
  /** The inputs of a microbatch that hold the examples, of which it sees its own. */
  readonly cut: readonly string[];
  /** Its other inputs, but for its share: every microbatch of a step sees them. */
  readonly whole: readonly string[];
  /** Inputs that are the same for every step. */
  readonly invariant: readonly string[];
  /** Shapes of sums by name, and for each microbatch the input of `rest` that is its term. */
  readonly sums: Readonly<
    Record<string, { readonly dims: readonly number[]; readonly terms: readonly string[] }>
  >;
  /** The scalar input of `rest` that sums begin with: 0, and not −0. */
  readonly zero: string;
  /** Names of the values that each step puts out. */
  readonly outputs: readonly string[];
  /** The scalar input of `microbatch` that is its share of the step's examples. */
  readonly share: string;
  /** Examples of a microbatch; the last may have fewer. */
  readonly size: number;
  /** Microbatches of most steps; none has more. */
  readonly count: number;
}

/** A model that may use operators in machine code. */
export interface MachineModel {
  readonly model: Uint8Array;
  /** These operators, by their types in it. */
  readonly operators: readonly string[];
}

/** Float32 numbers at an address of a kernel's memory. */
export interface Slot {
  readonly name: string;
  readonly dims: readonly number[];
  readonly address: number;
}

/** Addresses of terms of which the kernel takes the sum: of each microbatch, or of all ranks. */
export interface TermSlots {
  readonly name: string;
  readonly dims: readonly number[];
  readonly addresses: readonly number[];
  /** The names of each under which the model between reads it. */
  readonly names: readonly string[];
}

/**
 * A repeated step as a model that computes terms, and a kernel that computes all else from these in the memory where
 * the state lies. All but models and kernel are names of the whole's inputs and outputs.
 */
export interface InPlaceStep {
  /** Computes the terms of a microbatch, or of a whole batch. */
  readonly terms: Uint8Array;
  /** Operators in machine code that `terms` uses, by their types in it. */
  readonly operators: readonly string[];
  /** A WebAssembly module with the function `run`, over the shared memory `host.memory`. */
  readonly kernel: Uint8Array<ArrayBuffer>;
  /** Pages of 64 KiB that the memory has. */
  readonly pages: number;
  /** The carried values. */
  readonly state: readonly Slot[];
  /** Fed numbers that the kernel reads. */
  readonly numbers: readonly Slot[];
  readonly constants: readonly { readonly address: number; readonly values: Float32Array }[];
  /** The outputs of `terms`. */
  readonly termSlots: readonly TermSlots[];
  /** Numbers at the beginning of the memory that ranks sum up; 0 without ranks. */
  readonly summed: number;
  /** Computes between the terms and the kernel, where a kernel cannot: the norm of gradients. */
  readonly between?: {
    readonly model: Uint8Array;
    readonly inputs: readonly string[];
    readonly outputs: readonly Slot[];
    /** The scalar input that sums of pieces begin with: 0, and not −0. */
    readonly zero: string;
  };
  /** The values that each step puts out. */
  readonly outputs: readonly Slot[];
  /** Inputs of which every step sees its own entry. */
  readonly steps: readonly string[];
  /** Inputs that are the same for every step. */
  readonly invariant: readonly string[];
  /** The inputs of `terms` that hold the examples, where microbatches see their own. */
  readonly cut: readonly string[];
  /** Its other inputs, but for the share and sums. */
  readonly whole: readonly string[];
  /** Says how batches are cut, where they are. */
  readonly cutting?: {
    /** The scalar input that is a microbatch's share of the step's examples. */
    readonly share: string;
    /** Examples of a microbatch; the last may have fewer. */
    readonly size: number;
    /** Microbatches of most steps; none has more. */
    readonly count: number;
    /** Tells whether `terms` adds to its inputs `<sum>/before`. */
    readonly accumulates: boolean;
  };
}

/** Numbers at an address of a step's memory: float32 ones, or bytes. */
export interface TypedSlot extends Slot {
  readonly type: 'float32' | 'uint8';
}

/** A repeated step as one function in WebAssembly, for examples of certain sizes. Names are those of the whole. */
export interface AssembledStep {
  /** A module with the function `run`, over the memory `host.memory`. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** Pages of 64 KiB that the memory has. */
  readonly pages: number;
  /** The carried values. */
  readonly state: readonly TypedSlot[];
  /** Inputs of which every step sees its own entry. */
  readonly steps: readonly TypedSlot[];
  /** Inputs that are the same for every step. */
  readonly invariant: readonly TypedSlot[];
  readonly constants: readonly { readonly address: number; readonly values: Float32Array }[];
  /** The values that each step puts out. */
  readonly outputs: readonly Slot[];
}

/** The name under which a repeated step puts out a carried value. */
export const nextOf = (name: string) => `${name}.next`;

/** The input of a ranked step that says how many examples all ranks have, by step. */
export const allExamples = 'ranks/examples';

/** Says where and how a model runs. */
export interface SessionOptions {
  /** Threads inside one operator, or for microbatches beside one another; chosen when left out. */
  readonly threads?: number;
  /** `cpu` when left out. */
  readonly device?: Device;
  /** Names of outputs that stay on the device or its thread, to be fed again. */
  readonly keep?: readonly string[];
  /** Measures each operation, which makes all slower: see `Session.events`. Node only. */
  readonly profile?: boolean;
  /**
   * Sessions that are given the same object run on one thread beside the caller's, which can go on
   * meanwhile, and keep chosen outputs there. In Node only, and not by WebGPU: a browser has its own
   * workers, and WebGPU's memory on a graphics processor belongs to one thread.
   */
  readonly thread?: object;
  /** The same step by microbatches, which may run beside one another: see `lanesOf`. */
  readonly microbatched?: MicrobatchedStep;
  /** The same step with its state in the memory of a kernel: see `worksInPlace`. */
  readonly inPlace?: InPlaceStep;
  /** The same step as a function in WebAssembly, which takes the place of the model. */
  readonly assembled?: AssembledStep;
  /** The ranks that sum up the terms of `inPlace`, of which the session is one. Node's processor only. */
  readonly ranks?: RanksAddress;
}

/** Something the runtime did, as it tells in the format of Chrome traces. */
export interface RuntimeEvent {
  /** `<node>_kernel_time` for the run of a node, `model_run` for a call. */
  readonly name: string;
  /** `Node` or `Session`. */
  readonly cat: string;
  /** Time when it began: microseconds since the session was made. */
  readonly ts: number;
  /** Time that it took: microseconds. */
  readonly dur: number;
  readonly args: Readonly<Record<string, unknown>>;
}

export type Tensors = Readonly<Record<string, Tensor>>;

/** An input of a model: names stand for lengths that are not fixed. */
export interface InputForm {
  readonly name: string;
  /** `float32`, `uint8` …; undefined where it is no tensor. */
  readonly type: string | undefined;
  readonly dims: readonly (number | string)[];
}

/** A loaded model: named tensors in, named tensors out. */
export interface Session {
  readonly inputNames: readonly string[];
  /** The forms of the inputs, where the session is on the caller's thread. */
  readonly inputs?: readonly InputForm[];
  readonly outputNames: readonly string[];
  /** Tells whether feeds in shared memory spare it a copy; nothing may change them while it runs. */
  readonly sharesMemory: boolean;
  /** @param into tensors in whose memory outputs are put, where the session is on the caller's thread */
  run(feeds: Tensors, into?: Tensors): Promise<Record<string, Tensor>>;
  /** Ends the profile and gives it; only of sessions made with `profile`, once. */
  events?(): Promise<readonly RuntimeEvent[]>;
  /** Frees the runtime's memory; the session cannot run again. */
  release(): Promise<void>;
}

/**
 * Tells whether all numbers are finite, for each tensor that a thread keeps. Such a tensor looks as if
 * it lay on a graphics processor: the class Tensor knows no other place outside of the caller's memory.
 */
export const keptFinite = new WeakMap<Tensor, boolean>();

let flushing = false;

/**
 * From now on, training takes numbers nearer to 0 than 1.2e-38 (denormal ones) as 0, as TensorFlow
 * does. Processors compute with such numbers many times slower, and training meets them: Adam's
 * moments of a unit that has died shrink by a tenth in each step and never quite reach 0.
 *
 * Call it before the first model runs: the runtime can set the mode only for the thread that is its
 * first, here the one that trains. The command line calls it. In browsers it does nothing, since
 * WebAssembly knows no such mode.
 */
export function flushDenormals(): void {
  flushing = true;
}

/** Tells whether `flushDenormals` was called. */
export function flushesDenormals(): boolean {
  return flushing;
}

/** A model that a build of ONNX Runtime has loaded. */
export interface RuntimeSession {
  readonly inputNames: readonly string[];
  readonly inputMetadata: readonly InferenceSession.ValueMetadata[];
  readonly outputNames: readonly string[];
  run(feeds: Tensors, into?: Tensors): Promise<Readonly<Record<string, Tensor>>>;
  endProfiling(): void;
  release(): Promise<void>;
}

/** The part that is used of a build of ONNX Runtime. */
export interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<RuntimeSession>;
  };
}

/** The runtime's options for a device. Its binding for Node keeps nothing on a device of CUDA. */
export function deviceOptions(
  { device = 'cpu', keep = [] }: SessionOptions,
  cpuProvider: string,
): InferenceSession.SessionOptions {
  if (device !== 'webgpu') return { executionProviders: [device === 'cpu' ? cpuProvider : device] };
  return {
    executionProviders: [device],
    preferredOutputLocation: Object.fromEntries(keep.map((name) => [name, 'gpu-buffer'])),
  };
}

/** Words in which builds of the runtime say that there is no device for WebGPU. */
const noAdapter = /WebGPU adapter|WebGPU is not supported|GPU adapter|no available backend/i;

/** Words in which they say why CUDA has no device. */
const cudaFailure = /(?:CUDA failure \d+|ExecutionProvider_Cuda): ([^;]+?) *(?:;|$)/;

/** The runtime's error as one that a user can mend; the same error where there is none. */
function asUserError(error: unknown): unknown {
  const text = String(error);
  if (noAdapter.test(text)) {
    return new UserError(
      'The device webgpu has no adapter here: neither a graphics processor with its driver nor a software one was found. Use the device cpu.',
    );
  }
  const [, reason] = cudaFailure.exec(text) ?? [];
  if (reason === undefined) return error;
  return new UserError(`The device cuda cannot be used here: ${reason}. Use the device cpu.`, {
    cause: error,
  });
}

/** The runtime's settings for all models, by their names. @param flush whether denormal numbers become 0 */
export function configEntries(flush: boolean): Readonly<Record<string, string>> {
  return {
    'session.disable_quant_qdq': '1',
    ...(flush ? { 'session.set_denormal_as_zero': '1' } : {}),
    // This optimizer would undo the turns of products in src/graph/rewrite.
    'optimization.disable_specified_optimizers': 'GemmTransposeFusion',
  };
}

/**
 * Loads an ONNX model into the given build of the runtime.
 * @param flush whether denormal numbers become 0
 * @throws UserError when there is no such device
 */
export async function openSession(
  runtime: Runtime,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
  flush = false,
): Promise<Session & { endProfiling(): void }> {
  const session = await runtime.InferenceSession.create(model, {
    logSeverityLevel: 3,
    extra: configEntries(flush),
    ...options,
  }).catch((error: unknown) => {
    throw asUserError(error);
  });
  return {
    inputNames: session.inputNames,
    inputs: session.inputMetadata.map((input) =>
      input.isTensor
        ? { name: input.name, type: input.type, dims: input.shape }
        : { name: input.name, type: undefined, dims: [] },
    ),
    outputNames: session.outputNames,
    sharesMemory: false,
    run: async (feeds, into) => ({ ...(await session.run(feeds, into)) }),
    endProfiling: () => session.endProfiling(),
    release: () => session.release(),
  };
}
