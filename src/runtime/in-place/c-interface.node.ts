import type { Tensor } from 'onnxruntime-common';
import type { VectorSet } from '../machine/encoding.js';
import { MachineOperators } from '../machine/operators.node.js';
import { vectorSet } from '../machine/processor.node.js';
import { usualThreads } from '../native.node.js';
import { configEntries, type Session, type SessionOptions, type Tensors } from '../session.js';
import { inRuntime } from '../thread/gate.node.js';
import { type Api, level, openApi } from './api.node.js';
import { loadKoffi } from './koffi.node.js';

/*
 * Models by the runtime's interface for C. The binding for Node copies every output into memory of its own, and reads no
 * shared memory. Here outputs are written where they are wanted. Options are those of the binding, so that results have
 * the same bits.
 */

/** Numbers of ONNX's types. */
const types: Readonly<Partial<Record<Tensor.Type, number>>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** A tensor's memory by its address. The caller keeps the tensor. @throws UserError when koffi is not installed */
export function placed({ type, dims, data }: Pick<Tensor, 'type' | 'dims' | 'data'>): PlacedTensor {
  const numbers = data as Float32Array;
  return { type, dims, address: loadKoffi().address(numbers), bytes: numbers.byteLength };
}

/** Tells whether the interface can be called: koffi and the library are there. */
export function hasInterface(): Promise<boolean> {
  return openApi().then(
    () => true,
    () => false,
  );
}

/** Names of inputs or outputs, as C has them too. */
class Names {
  readonly all: readonly string[];
  readonly pointers: BigUint64Array;
  private readonly bytes: readonly Uint8Array[];

  constructor(api: Api, session: bigint, side: 'Input' | 'Output') {
    const count = Number(api.made<number>(`SessionGet${side}Count`, session));
    const allocator = api.made('GetAllocatorWithDefaultOptions');
    this.all = Array.from({ length: count }, (_, i) => {
      const pointer = api.made(`SessionGet${side}Name`, session, i, allocator);
      const name = api.text(pointer);
      api.do('AllocatorFree', allocator, pointer);
      return name;
    });
    this.bytes = this.all.map((name) => new TextEncoder().encode(`${name}\0`));
    this.pointers = BigUint64Array.from(this.bytes, (bytes) => api.address(bytes));
  }
}

/** A tensor by the address of its first number. Its memory must be alive, and stay where it is. */
export interface PlacedTensor {
  readonly type: Tensor.Type;
  readonly dims: readonly number[];
  readonly address: bigint;
  readonly bytes: number;
}

export type PlacedTensors = Readonly<Record<string, PlacedTensor>>;

type GivenTensors = PlacedTensors | Tensors;

/** A model whose outputs are written into memory that is given for all of them. */
export interface InPlaceModel extends Session {
  compute(feeds: PlacedTensors, into: PlacedTensors): Promise<void>;
}

/** A loaded model. */
class LoadedModel implements InPlaceModel {
  readonly sharesMemory = true;
  private readonly fed: Names;
  private readonly fetched: Names;

  constructor(
    private readonly api: Api,
    private readonly session: bigint,
    private readonly operators: MachineOperators | undefined,
  ) {
    this.fed = new Names(api, session, 'Input');
    this.fetched = new Names(api, session, 'Output');
  }

  get inputNames() {
    return this.fed.all;
  }

  get outputNames() {
    return this.fetched.all;
  }

  /** @param into memory for all outputs */
  async run(feeds: Tensors, into: Tensors = {}): Promise<Record<string, Tensor>> {
    await this.compute(feeds, into);
    return { ...into };
  }

  compute(feeds: GivenTensors, into: GivenTensors): Promise<void> {
    return inRuntime(async () => {
      const { api, fed, fetched } = this;
      const values: bigint[] = [];
      const valuesOf = (names: Names, tensors: GivenTensors) =>
        BigUint64Array.from(names.all, (name) => {
          const value = this.bound(tensors, name);
          values.push(value);
          return value;
        });
      try {
        const [given, wanted] = [valuesOf(fed, feeds), valuesOf(fetched, into)];
        const sides = [
          ...[fed.pointers, given, given.length],
          ...[fetched.pointers, wanted.length, wanted],
        ];
        api.do('Run', this.session, null, ...sides);
      } finally {
        for (const value of values) api.call('ReleaseValue', value);
      }
    });
  }

  /** A tensor's memory as the runtime has it. */
  private bound(tensors: GivenTensors, name: string): bigint {
    const tensor = tensors[name];
    if (!tensor) throw new Error(`'${name}' is missing`);
    const { type, dims } = tensor;
    const [data, bytes] =
      'address' in tensor
        ? [tensor.address, tensor.bytes]
        : [tensor.data, (tensor.data as Float32Array).byteLength];
    const { api } = this;
    return api.made(
      'CreateTensorWithDataAsOrtValue',
      ...[api.memory, data, bytes],
      ...[BigInt64Array.from(dims, BigInt), dims.length, types[type]],
    );
  }

  async release(): Promise<void> {
    await inRuntime(async () => {
      this.api.call('ReleaseSession', this.session);
      this.operators?.release();
    });
  }
}

/** Where and how a model runs by the interface for C. */
interface InPlaceOptions extends Pick<SessionOptions, 'threads'> {
  /** Operators in machine code that the model uses, by their types in it. */
  readonly operators?: readonly string[];
  /** Instructions for vectors that these use: the best ones when left out. */
  readonly vectors?: VectorSet | undefined;
  /** Tells whether denormal numbers become 0; the thread must do so too. */
  readonly flush: boolean;
}

/** A session of a model. */
function createSession(
  api: Api,
  model: Uint8Array,
  { threads = usualThreads(), flush }: InPlaceOptions,
  operators: MachineOperators | undefined,
): bigint {
  const options = api.made('CreateSessionOptions');
  try {
    api.do('SetSessionLogSeverityLevel', options, level.session);
    if (threads !== undefined) api.do('SetIntraOpNumThreads', options, threads);
    for (const [name, value] of Object.entries(configEntries(flush))) {
      api.do('AddSessionConfigEntry', options, name, value);
    }
    operators?.addTo(options);
    const given = [api.environment, model, model.byteLength, options];
    return api.made('CreateSessionFromArray', ...given);
  } finally {
    api.call('ReleaseSessionOptions', options);
  }
}

/**
 * Loads an ONNX model into the native runtime, on the thread that asks, with outputs that are written into
 * the memory that is given for all of them.
 * @throws UserError when koffi is not installed
 */
export async function openInPlace(
  model: Uint8Array,
  options: InPlaceOptions,
): Promise<InPlaceModel> {
  const api = await openApi();
  return inRuntime(async () => {
    const { operators: types = [], vectors = vectorSet() } = options;
    const operators =
      types.length > 0 && vectors ? new MachineOperators(api, types, vectors) : undefined;
    try {
      return new LoadedModel(api, createSession(api, model, options, operators), operators);
    } catch (error) {
      operators?.release();
      throw error;
    }
  });
}
