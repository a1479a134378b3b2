import type * as Koffi from 'koffi';
import type { Tensor } from 'onnxruntime-common';
import { ownFile } from '../../base/own-files.node.js';
import { usualThreads } from '../native.node.js';
import { loadRuntime } from '../onnxruntime.node.js';
import { configEntries, type Session, type SessionOptions, type Tensors } from '../session.js';
import { inRuntime } from '../thread/gate.node.js';
import { loadKoffi } from './koffi.node.js';

/*
 * ONNX Runtime by its interface for C, through koffi. The binding for Node copies every output into
 * memory of its own, and reads no shared memory. Here outputs are written where they are wanted. It is the library that the binding has loaded, with the same options, so
 * that results have the same bits.
 */

/** The library beside the binding, by system. */
const libraries: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'libonnxruntime.so.1',
  darwin: 'libonnxruntime.1.dylib',
  win32: 'onnxruntime.dll',
};

/** Functions of `OrtApi`: their places in it, which never change, and their types. A status is null on success. */
const functions = {
  GetErrorMessage: [2, 'const char *(void *status)'],
  CreateEnv: [3, 'void *(int level, const char *name, _Out_ void **made)'],
  CreateSessionFromArray: [
    8,
    'void *(void *env, const void *model, size_t length, void *options, _Out_ void **made)',
  ],
  Run: [
    9,
    'void *(void *session, void *options, const void *inputNames, const void *inputs, size_t inputCount, const void *outputNames, size_t outputCount, const void *outputs)',
  ],
  CreateSessionOptions: [10, 'void *(_Out_ void **made)'],
  SetSessionLogSeverityLevel: [22, 'void *(void *options, int level)'],
  SetIntraOpNumThreads: [24, 'void *(void *options, int count)'],
  SessionGetInputCount: [30, 'void *(void *session, _Out_ size_t *count)'],
  SessionGetOutputCount: [31, 'void *(void *session, _Out_ size_t *count)'],
  SessionGetInputName: [
    36,
    'void *(void *session, size_t index, void *allocator, _Out_ void **name)',
  ],
  SessionGetOutputName: [
    37,
    'void *(void *session, size_t index, void *allocator, _Out_ void **name)',
  ],
  CreateTensorWithDataAsOrtValue: [
    49,
    'void *(void *memory, const void *data, size_t length, const int64_t *dims, size_t rank, int type, _Out_ void **made)',
  ],
  CreateCpuMemoryInfo: [69, 'void *(int allocator, int type, _Out_ void **made)'],
  AllocatorFree: [76, 'void *(void *allocator, void *memory)'],
  GetAllocatorWithDefaultOptions: [78, 'void *(_Out_ void **allocator)'],
  ReleaseStatus: [93, 'void (void *status)'],
  ReleaseSession: [95, 'void (void *session)'],
  ReleaseValue: [96, 'void (void *value)'],
  ReleaseSessionOptions: [100, 'void (void *options)'],
  AddSessionConfigEntry: [130, 'void *(void *options, const char *name, const char *value)'],
} as const;

type Name = keyof typeof functions;

type Called = (...given: readonly unknown[]) => unknown;

/** The version of the interface that has all of these. */
const apiVersion = 5;

/** Numbers of ONNX's types. */
const types: Readonly<Partial<Record<Tensor.Type, number>>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** Levels of the log: warnings of the environment, as the binding has them, and errors of a session. */
const level = { environment: 2, session: 3 };

/** The functions of the runtime. */
class Api {
  private readonly bound = new Map<Name, Called>();
  /** Kept, as koffi unloads a library that nothing refers to. */
  private readonly library: Koffi.LibraryHandle;
  private readonly table: bigint;
  readonly environment: bigint;
  readonly memory: bigint;

  constructor(
    private readonly koffi: typeof Koffi,
    path: string,
  ) {
    this.library = koffi.load(path);
    const base: bigint = this.library.func('void *OrtGetApiBase()')();
    const api = koffi.decode(
      koffi.decode(base, 'void *'),
      koffi.proto('void *(uint32_t version)'),
    ) as (version: number) => bigint;
    this.table = api(apiVersion);
    // One environment serves the whole process; its maker is handed the one that is there.
    this.environment = this.made('CreateEnv', level.environment, 'vaekit');
    this.memory = this.made('CreateCpuMemoryInfo', 0, 0);
  }

  call(name: Name, ...given: readonly unknown[]): unknown {
    let bound = this.bound.get(name);
    if (!bound) {
      const [place, signature] = functions[name];
      const { koffi } = this;
      bound = koffi.decode(
        koffi.decode(this.table, 8 * place, 'void *'),
        koffi.proto(signature),
      ) as Called;
      this.bound.set(name, bound);
    }
    return bound(...given);
  }

  /** The same for a function that gives a status. @throws Error with the runtime's words */
  do(name: Name, ...given: readonly unknown[]): void {
    const status = this.call(name, ...given);
    if (status === null) return;
    const words = String(this.call('GetErrorMessage', status));
    this.call('ReleaseStatus', status);
    throw new Error(words);
  }

  /** The object that a function makes. */
  made<T = bigint>(name: Name, ...given: readonly unknown[]): T {
    const made: [T | null] = [null];
    this.do(name, ...given, made);
    return made[0]!;
  }

  /** The address of an array, which its user must keep alive. */
  address(array: ArrayBufferView): bigint {
    return this.koffi.address(array);
  }

  text(pointer: bigint): string {
    return this.koffi.decode(pointer, 'char', -1) as string;
  }
}

let opened: Promise<Api> | undefined;

async function openApi(): Promise<Api> {
  const { platform, arch } = process;
  // Decides on the runtime's telemetry, before its library is loaded.
  await loadRuntime();
  const file = `dist/vendor/onnxruntime-node/${platform}/${arch}/${libraries[platform]}`;
  return new Api(loadKoffi(), ownFile(file));
}

/** A tensor's memory by its address. The caller keeps the tensor. @throws UserError when koffi is not installed */
export function placed({ type, dims, data }: Pick<Tensor, 'type' | 'dims' | 'data'>): PlacedTensor {
  const numbers = data as Float32Array;
  return { type, dims, address: loadKoffi().address(numbers), bytes: numbers.byteLength };
}

/** Tells whether the interface can be called: koffi and the library are there. */
export function hasInterface(): Promise<boolean> {
  opened ??= openApi();
  return opened.then(
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
    await inRuntime(async () => this.api.call('ReleaseSession', this.session));
  }
}

/**
 * Loads an ONNX model into the native runtime, on the thread that asks, with outputs that are written into
 * the memory that is given for all of them.
 * @param flush whether denormal numbers become 0; the thread must do so too
 * @throws UserError when koffi is not installed
 */
export async function openInPlace(
  model: Uint8Array,
  { threads = usualThreads() }: Pick<SessionOptions, 'threads'>,
  flush: boolean,
): Promise<InPlaceModel> {
  opened ??= openApi();
  const api = await opened;
  return inRuntime(async () => {
    const options = api.made('CreateSessionOptions');
    try {
      api.do('SetSessionLogSeverityLevel', options, level.session);
      if (threads !== undefined) api.do('SetIntraOpNumThreads', options, threads);
      for (const [name, value] of Object.entries(configEntries(flush))) {
        api.do('AddSessionConfigEntry', options, name, value);
      }
      const session = api.made(
        'CreateSessionFromArray',
        ...[api.environment, model, model.byteLength, options],
      );
      return new LoadedModel(api, session);
    } finally {
      api.call('ReleaseSessionOptions', options);
    }
  });
}
