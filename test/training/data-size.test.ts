import { expect, test } from 'vitest';
import { type Dataset, dense, reshape, VAE } from '../../src/index.js';

/** A data set of any size that counts the examples it is asked for and holds none of them. */
function endless(size: number): { data: Dataset; read: () => number } {
  let read = 0;
  return {
    read: () => read,
    data: {
      name: 'endless',
      size,
      shape: [1, 2, 2],
      dtype: 'uint8',
      async read(indices, into) {
        read += indices.length;
        into.fill(128);
      },
    },
  };
}

/** Trains for some steps inside an epoch. Returns the examples read and the time of a call of steps. */
async function steps(size: number): Promise<{ read: number; milliseconds: number }> {
  const { data, read } = endless(size);
  const controller = new AbortController();
  const times: number[] = [];
  let last = 0;
  const vae = new VAE({
    input: [1, 2, 2],
    latent: 2,
    encoder: [],
    decoder: [dense(4), reshape([1, 2, 2])],
  });
  await vae.fit(data, {
    epochs: 1,
    batchSize: 8,
    stepsPerCall: 10,
    threads: 1,
    signal: controller.signal,
    callbacks: [
      {
        onProgress() {
          const now = performance.now();
          if (last > 0) times.push(now - last);
          last = now;
          if (times.length === 40) controller.abort();
        },
      },
    ],
  });
  await vae.release();
  return { read: read(), milliseconds: Math.min(...times) };
}

test("a step's cost does not grow with the data set", async () => {
  const small = await steps(4_000);
  const large = await steps(4_000_000);
  expect(large.read).toBe(small.read);
  // 41 calls, one more that is drawn ahead, and the sample that describes the data.
  expect(large.read).toBe(42 * 10 * 8 + 256);
  // The quickest calls, as other programs disturb the rest.
  expect(large.milliseconds).toBeLessThan(3 * small.milliseconds);
});
