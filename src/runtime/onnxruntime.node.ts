import { runInThisContext } from 'node:vm';
import { isMainThread, workerData } from 'node:worker_threads';
import { UserError } from '../base/errors.js';
import { nativeRuntime } from './binding.node.js';
import type { Runtime } from './session.js';

/*
 * ONNX Runtime tells its makers how it is used: on Linux and macOS it keeps a number of the device
 * and a database under the user's cache folder, and sends the gathered facts over the network. As it
 * makes its first session, it reads in the process's environment whether it may. So every thread gets
 * the runtime from here, where that is decided before.
 */

const variable = 'ORT_DISABLE_TELEMETRY';

const { bun, deno } = process.versions;

/** A script for where `process.env` is the process's own environment. A value that is there stays. */
const decision = (value: string) => `process.env.${variable} ??= ${JSON.stringify(value)}`;

/** Tells whether that is so here: Bun and threads have copies. */
const isOwn = isMainThread && !bun;

// Test runners put a copy in the place of `process`; the context that Node started with has none.
if (isOwn) runInThisContext(decision('1'));

/** Data of a thread whose parent has decided. */
interface Decided {
  readonly vaekitTelemetry: true;
}

const isDecided = isOwn || !!(workerData as Partial<Decided> | null)?.vaekitTelemetry;

/** Entries of a thread's data, which tell it that nothing is left to decide, where that is so. */
export function telemetryData(): Partial<Decided> {
  return isDecided ? { vaekitTelemetry: true } : {};
}

/** Time that the main thread may take to answer. */
const answerMilliseconds = 30_000;

/** Decides from a thread of Node, in a program that loaded vaekit on no thread before. */
async function decideOnMainThread(value: string): Promise<void> {
  const { Session } = await import('node:inspector');
  const session = new Session();
  session.connectToMainThread();
  // The thread would otherwise end while it waits for the answer.
  let patience: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      patience = setTimeout(reject, answerMilliseconds);
      session.post('Runtime.evaluate', { expression: decision(value) }, (error, answer) => {
        if (error || answer.exceptionDetails) reject(error ?? answer.exceptionDetails);
        else resolve();
      });
    });
  } finally {
    clearTimeout(patience);
    session.disconnect();
  }
}

/** The part of Bun's `bun:ffi` that is used. */
interface ForeignFunctions {
  dlopen(
    library: string,
    symbols: { readonly setenv: { readonly args: readonly string[]; readonly returns: string } },
  ): {
    readonly symbols: {
      readonly setenv: (name: Uint8Array, value: Uint8Array, overwrite: number) => number;
    };
  };
}

/** Decides in Bun, by the system's own library. */
async function decideInBun(value: string): Promise<void> {
  const { platform, arch } = process;
  // There the runtime writes and sends nothing itself.
  if (platform === 'win32') return;
  const machine = arch === 'arm64' ? 'aarch64' : 'x86_64';
  const libraries =
    platform === 'darwin' ? ['libSystem.B.dylib'] : ['libc.so.6', `libc.musl-${machine}.so.1`];
  // Bundlers look for no such module.
  const name = 'bun:ffi';
  const { dlopen } = (await import(/* webpackIgnore: true */ name)) as ForeignFunctions;
  const setenv = { args: ['ptr', 'ptr', 'i32'], returns: 'i32' };
  const open = (library: string) => {
    try {
      return dlopen(library, { setenv }).symbols;
    } catch {
      return undefined;
    }
  };
  const c = libraries.map(open).find(Boolean);
  const text = (word: string) => new TextEncoder().encode(`${word}\0`);
  if (c?.setenv(text(variable), text(value), 0) !== 0) throw new Error('no setenv');
}

/** The part of Deno's own library that is used. */
interface Deno {
  readonly env: {
    get(name: string): string | undefined;
    set(name: string, value: string): void;
  };
}

/** Decides in Deno, whose own library has the process's environment on every thread. */
async function decideInDeno(value: string): Promise<void> {
  const { env } = (globalThis as unknown as { readonly Deno: Deno }).Deno;
  if (env.get(variable) === undefined) env.set(variable, value);
}

async function decideElsewhere(): Promise<void> {
  const own = process.env[variable];
  const decide = bun ? decideInBun : deno ? decideInDeno : decideOnMainThread;
  try {
    await decide(own ?? '1');
  } catch {
    if (own !== undefined) return;
    throw new UserError(
      `ONNX Runtime would send telemetry from this thread, and the process's environment cannot be changed from here. Import vaekit on the main thread first, or start the program with ${variable}=1 (0 to allow it).`,
    );
  }
}

let deciding: Promise<void> | undefined;

/**
 * The native runtime, its telemetry off unless the environment has `ORT_DISABLE_TELEMETRY=0`.
 * @throws UserError where it cannot be kept off
 */
export async function loadRuntime(): Promise<Runtime> {
  if (!isDecided) {
    deciding ??= decideElsewhere();
    await deciding;
  }
  return nativeRuntime;
}
