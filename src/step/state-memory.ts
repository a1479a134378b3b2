import { Tensor } from 'onnxruntime-common';
import { allFinite } from '../base/finite.js';
import { add, compile, input, sum } from '../graph/index.js';
import { keptFinite, type Session, type SessionOptions } from '../runtime/session.js';
import type { Feeds } from './layout.js';

/** The memory that a step's state lives in from call to call, and how the host looks at it. */
export interface StateMemory {
  /** About how long a call takes to bring the state to the runtime and back, in milliseconds. */
  transfer(state: Feeds): number;
  /** Tells whether all numbers are finite. */
  isFinite(state: Feeds): Promise<boolean>;
  /** The state as tensors of the host. */
  onHost(state: Feeds): Promise<Feeds>;
  /** Frees a state's memory on the device, except tensors of the `needed` states. */
  free(state: Feeds, needed: readonly Feeds[]): void;
  release(): Promise<void>;
}

/**
 * The measured cost of the copies of the state that the runtime makes at the end of each call: the
 * copying, new pages for it, and the work of the garbage collector, which takes threads from the runtime.
 */
const millisecondsPerMegabyte = 1.3;

/** Frees a state's memory where it is kept, except tensors of the `needed` states. */
function dispose(state: Feeds, needed: readonly Feeds[]): void {
  const kept = new Set<Tensor>(needed.flatMap((each) => Object.values(each)));
  for (const tensor of Object.values(state)) {
    const isElsewhere = tensor.location === 'gpu-buffer' || keptFinite.has(tensor);
    if (isElsewhere && !kept.has(tensor)) tensor.dispose();
  }
}

/**
 * The processor's memory: of the thread that trains where there is one, else of the caller's. CUDA's steps
 * take the state from there and bring it back, once a call.
 */
const processor: StateMemory = {
  transfer: (state) =>
    (millisecondsPerMegabyte * Object.values(state).reduce((sum, { size }) => sum + 4 * size, 0)) /
    1e6,
  isFinite: async (state) =>
    Object.values(state).every(
      (tensor) => keptFinite.get(tensor) ?? allFinite(tensor.data as Float32Array),
    ),
  async onHost(state) {
    const copies = Object.entries(state).map(async ([name, tensor]) => {
      if (!keptFinite.has(tensor)) return [name, tensor];
      return [name, new Tensor(tensor.type, await tensor.getData(), tensor.dims)];
    });
    return Object.fromEntries(await Promise.all(copies));
  },
  free: dispose,
  release: async () => {},
};

/** A device's memory. Programs on the device look at it, so that little is copied. */
class DeviceMemory implements StateMemory {
  /** Sessions by the names of the tensors that they read. */
  private readonly readers = new Map<string, Promise<Session>>();
  private checker: Promise<Session> | undefined;

  constructor(private readonly options: SessionOptions) {}

  transfer(): number {
    return 0;
  }

  /**
   * Judges by sums, which are finite when all numbers are. Shaders may assume finite numbers, so a
   * direct question has no sure answer.
   */
  async isFinite(state: Feeds): Promise<boolean> {
    this.checker ??= this.compile(state, (inputs) => ({
      sum: inputs.map((value) => sum(value)).reduce((all, each) => add(all, each)),
    }));
    const { sum: total } = await (await this.checker).run(state);
    return allFinite(total!.data as Float32Array);
  }

  async onHost(state: Feeds): Promise<Feeds> {
    const key = JSON.stringify(Object.keys(state));
    const reader =
      this.readers.get(key) ??
      this.compile(state, (inputs, names) =>
        Object.fromEntries(names.map((name, i) => [`${name}.copy`, inputs[i]!])),
      );
    this.readers.set(key, reader);
    const copies = await (await reader).run(state);
    return Object.fromEntries(Object.keys(state).map((name) => [name, copies[`${name}.copy`]!]));
  }

  free = dispose;

  async release(): Promise<void> {
    for (const session of [...this.readers.values(), this.checker])
      await (await session)?.release();
  }

  private compile(
    state: Feeds,
    build: (
      inputs: ReturnType<typeof input>[],
      names: string[],
    ) => Parameters<typeof compile>[0]['outputs'],
  ): Promise<Session> {
    const names = Object.keys(state);
    const inputs = names.map((name) => input(name, state[name]!.dims));
    return compile({ inputs, outputs: build(inputs, names) }, this.options);
  }
}

/** The memory that holds the state of steps with these options. */
export function stateMemoryOf(options: SessionOptions): StateMemory {
  return options.device === 'webgpu' ? new DeviceMemory(options) : processor;
}
