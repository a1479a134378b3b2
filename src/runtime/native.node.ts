import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRuntime } from './onnxruntime.node.js';
import {
  deviceOptions,
  openSession,
  type RuntimeEvent,
  type Session,
  type SessionOptions,
} from './session.js';
import { inRuntime } from './thread/gate.node.js';

/** Tells how many threads a session may use. */
export function threadsOf({ threads = availableParallelism() }: SessionOptions): number {
  return threads;
}

/**
 * The threads of a session where nobody says how many: the runtime's own number, one a core, unless this process has
 * only some of the machine's processors, by `taskset` or Slurm. The runtime would use all of them.
 */
export function usualThreads(): number | undefined {
  const own = availableParallelism();
  return own < cpus().length ? own : undefined;
}

/**
 * Loads an ONNX model into the native runtime, on the thread that asks.
 * @param flush whether denormal numbers become 0; the thread must do so too
 */
export async function openNative(
  model: Uint8Array,
  options: SessionOptions,
  flush: boolean,
): Promise<Session> {
  const { threads = usualThreads(), profile = false } = options;
  const folder = profile ? await mkdtemp(join(tmpdir(), 'vaekit-profile-')) : undefined;
  const opened = await inRuntime(async () =>
    openSession(
      await loadRuntime(),
      model,
      {
        executionMode: 'sequential',
        ...deviceOptions(options, 'cpu'),
        ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
        ...(folder ? { enableProfiling: true, profileFilePrefix: join(folder, 'profile') } : {}),
      },
      flush,
    ),
  );
  const session: Session = {
    ...opened,
    run: (feeds, into) => inRuntime(() => opened.run(feeds, into)),
    release: () => inRuntime(() => opened.release()),
  };
  if (!folder) return session;
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  return {
    ...session,
    async events() {
      await inRuntime(async () => opened.endProfiling());
      const [file] = await readdir(folder);
      return JSON.parse(await readFile(join(folder, file!), 'utf8')) as RuntimeEvent[];
    },
    async release() {
      await session.release();
      await removeFolder();
    },
  };
}
