import { workerData } from 'node:worker_threads';

/*
 * A thread that is ended while it is in the runtime takes the process with it: the runtime's binding
 * then throws where nothing catches (`terminate called after throwing an instance of 'Napi::Error'`).
 * Whenever a process ends, be it by an error elsewhere, its threads are ended. So threads count
 * themselves in and out, and a process that ends lets no more in and waits for the threads inside.
 */

/** Indices of the gate. */
const inside = 0;
const closed = 1;

/** Time that an ending process waits for calls of the runtime: milliseconds. */
const patience = 3000;

const given = (workerData as { vaekitGate?: Int32Array } | null)?.vaekitGate;

/** The gate of this process; its threads must get it as `vaekitGate` in their data. */
export const gate: Int32Array = given ?? new Int32Array(new SharedArrayBuffer(8));

function leave(): void {
  Atomics.sub(gate, inside, 1);
  Atomics.notify(gate, inside);
}

/** Does work in the runtime; once the process ends, the thread stops here. */
export async function inRuntime<T>(work: () => Promise<T>): Promise<T> {
  if (!given) return work();
  Atomics.add(gate, inside, 1);
  try {
    if (Atomics.load(gate, closed) === 1) {
      leave();
      Atomics.wait(gate, closed, 1);
    }
    return await work();
  } finally {
    leave();
  }
}

/** Lets no thread into the runtime any more, and waits until none is in it. */
function close(): void {
  Atomics.store(gate, closed, 1);
  const end = performance.now() + patience;
  for (;;) {
    const count = Atomics.load(gate, inside);
    const left = end - performance.now();
    if (count === 0 || left <= 0) return;
    Atomics.wait(gate, inside, count, left);
  }
}

let willClose = false;

/** Has the process close the gate when it ends. */
export function closeAtExit(): void {
  if (!given && !willClose) process.once('exit', close);
  willClose = true;
}
