/**
 * The machine's sgemm rate, as ONNX Runtime's CPU provider reaches it: a chain of square MatMul
 * nodes, with neither factor a constant, so that nothing is packed ahead. Training steps are
 * compared with this rate, because their matrix products run in the same kernels.
 *
 * Run as a program, prints one JSON line a thread count: `threads`, `gflops` (the best of the
 * rounds, since only interference makes a round slower).
 */
import { pathToFileURL } from 'node:url';
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';

// The runtime reads it with the first session: see docs/reliability.md.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

const FLOAT = 1;

/**
 * @param {{ threads: number, size?: number, products?: number, rounds?: number }} options
 *   `products`: MatMul nodes in a round
 * @returns {Promise<number>} GFLOP/s
 */
export async function sgemmPeak({ threads, size = 1024, products = 16, rounds = 9 }) {
  const session = await InferenceSession.create(chainOfProducts(size, products), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'disabled',
  });
  // Entries of variance 1 / size keep the variance along the chain, so nothing becomes denormal.
  const entries = Float32Array.from(
    { length: size * size },
    () => (2 * Math.random() - 1) * Math.sqrt(3 / size),
  );
  const feeds = { matrix: new Tensor('float32', entries, [size, size]) };
  await session.run(feeds);
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await session.run(feeds);
    const seconds = (performance.now() - start) / 1000;
    best = Math.max(best, (products * 2 * size ** 3) / seconds / 1e9);
  }
  await session.release();
  return best;
}

/**
 * @param {number} size
 * @param {number} products
 * @returns {Uint8Array} an ONNX model: `power` = `matrix` to the power of `products` + 1
 */
function chainOfProducts(size, products) {
  const { ModelProto } = onnxProto.onnx;
  const names = Array.from({ length: products }, (_, index) => `product${index}`);
  names[products - 1] = 'power';
  const value = (/** @type {string} */ name) => ({
    name,
    type: {
      tensorType: {
        elemType: FLOAT,
        shape: { dim: [{ dimValue: size }, { dimValue: size }] },
      },
    },
  });
  const graph = {
    name: 'sgemm',
    node: names.map((name, index) => ({
      opType: 'MatMul',
      input: [names[index - 1] ?? 'matrix', 'matrix'],
      output: [name],
    })),
    input: [value('matrix')],
    output: [value('power')],
  };
  return ModelProto.encode(
    ModelProto.create({ irVersion: 9, opsetImport: [{ domain: '', version: 18 }], graph }),
  ).finish();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const threads of [1, 2]) {
    console.log(JSON.stringify({ threads, gflops: await sgemmPeak({ threads }) }));
  }
}
