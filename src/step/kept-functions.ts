import type { CompiledFunction } from './function.js';

interface Kept {
  readonly compiled: Promise<CompiledFunction>;
  /** Calls that are under way. */
  uses: number;
  /** Tells whether it is freed at the end of the last call. */
  left: boolean;
}

/**
 * The latest used compiled functions, by name: a session holds memory that the garbage collector does
 * not see. A function that could not be compiled is tried anew with its next use.
 */
export class KeptFunctions {
  private readonly kept = new Map<string, Kept>();

  /** @param most how many are kept */
  constructor(private readonly most: number) {}

  /** Number of functions. */
  get size(): number {
    return this.kept.size;
  }

  /** Uses a function, compiled when it is not there. */
  async use<T>(
    name: string,
    compile: () => Promise<CompiledFunction>,
    call: (compiled: CompiledFunction) => Promise<T>,
  ): Promise<T> {
    const entry = this.kept.get(name) ?? { compiled: compile(), uses: 0, left: false };
    // The last in the map is the latest used.
    this.kept.delete(name);
    this.kept.set(name, entry);
    entry.uses++;
    try {
      const compiled = await entry.compiled.catch((error: unknown) => {
        if (this.kept.get(name) === entry) this.kept.delete(name);
        throw error;
      });
      this.letGo(this.most);
      return await call(compiled);
    } finally {
      entry.uses--;
      if (entry.left && entry.uses === 0) await free(entry);
    }
  }

  /** Frees all functions; a function in use, at the end of its last call. */
  async release(): Promise<void> {
    await Promise.all(this.letGo(0));
  }

  /** Lets go of all but the latest. */
  private letGo(most: number): Promise<void>[] {
    const names = [...this.kept.keys()];
    return names.slice(0, Math.max(0, names.length - most)).map((name) => {
      const entry = this.kept.get(name)!;
      this.kept.delete(name);
      entry.left = true;
      return entry.uses === 0 ? free(entry) : Promise.resolve();
    });
  }
}

/** Frees a function; one that could not be compiled holds nothing. */
async function free({ compiled }: Kept): Promise<void> {
  const made = await compiled.catch(() => undefined);
  await made?.release();
}
