/** The common part of all contestants' workers. */

/** @typedef {import('./main.mjs').Task} Task */

/** The pixels of MNIST's training images, 784 each. */
export async function trainingPixels() {
  const response = await fetch(new URL('/mnist/train-images-idx3-ubyte', location.href));
  if (!response.ok) throw new Error(`MNIST could not be read: HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer(), 16);
}

/** @param {object} line of a contestant's output */
export const tell = (line) => postMessage(line);

/**
 * Runs the task that the page sends, once.
 * @param {(task: Task) => Promise<void>} run
 */
export function answer(run) {
  addEventListener('message', async ({ data }) => {
    try {
      await run(data);
      tell({ done: true });
    } catch (error) {
      tell({ error: error instanceof Error ? error.message : String(error) });
    }
  });
}
