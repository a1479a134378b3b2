import type * as Koffi from 'koffi';
import { ownFile } from '../../base/own-files.node.js';
import { loadRuntime } from '../onnxruntime.node.js';
import { loadKoffi } from './koffi.node.js';

/*
 * ONNX Runtime's interface for C, through koffi: the library that the binding for Node has loaded.
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
  CreateCustomOpDomain: [26, 'void *(const char *name, _Out_ void **made)'],
  CustomOpDomain_Add: [27, 'void *(void *domain, const void *operator)'],
  AddCustomOpDomain: [28, 'void *(void *options, void *domain)'],
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
  ReleaseCustomOpDomain: [101, 'void (void *domain)'],
  AddSessionConfigEntry: [130, 'void *(void *options, const char *name, const char *value)'],
} as const;

type Name = keyof typeof functions;

type Called = (...given: readonly unknown[]) => unknown;

/** The version of the interface that has all of these. */
const apiVersion = 5;

/** Levels of the log: warnings of the environment, as the binding has them, and errors of a session. */
export const level = { environment: 2, session: 3 };

/** The functions of the runtime. */
export class Api {
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

async function open(): Promise<Api> {
  const { platform, arch } = process;
  // Decides on the runtime's telemetry, before its library is loaded.
  await loadRuntime();
  const file = `dist/vendor/onnxruntime-node/${platform}/${arch}/${libraries[platform]}`;
  return new Api(loadKoffi(), ownFile(file));
}

/** The interface. @throws UserError when koffi is not installed */
export function openApi(): Promise<Api> {
  opened ??= open();
  return opened;
}
