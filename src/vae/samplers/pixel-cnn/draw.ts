import { Tensor } from 'onnxruntime-common';
import { fillUniform } from '../../../base/random.js';
import { elementCount } from '../../../base/shape.js';
import { cast, gather, reshape } from '../../../graph/index.js';
import { CompiledFunction } from '../../../step/index.js';
import { booksOf, vectorsOf } from '../codebook.js';
import type { DrawSources } from '../sampler.js';
import { gridOf } from './fit.js';
import { logProbabilities, type PixelCnnOptions } from './network.js';

/** Examples in one call of the runtime. */
const callSize = 64;

/** The first code whose running share is over u. @param logs log p of each code, from `start` on */
function codeAt(logs: Float32Array, start: number, codes: number, u: number): number {
  let sum = 0;
  for (let code = 0; code < codes - 1; code++) {
    sum += Math.exp(logs[start + code]!);
    if (sum > u) return code;
  }
  return codes - 1;
}

/**
 * Latents of codes drawn by a fitted PixelCNN, one place after another in the order of reading, and of a position one
 * depth after another: [count, latent, ...positions].
 */
export async function drawPixelCnn(
  shape: readonly number[],
  { stream, parameters, fitted }: DrawSources,
  options: PixelCnnOptions,
): Promise<Float32Array> {
  const books = booksOf(parameters);
  const grid = gridOf(shape.slice(1), books);
  const { depth, height, width, codes } = grid;
  const [count = 0] = shape;
  const dims = [depth, height, width];
  const size = elementCount(dims);
  const positions = height * width;
  const uniform = new Float32Array(count * size);
  fillUniform(stream, uniform);
  const chosen = new Float32Array(count * size);
  const specs = {
    known: { shape: dims },
    place: { shape: [1], shared: true, dtype: 'int64' },
  } as const;
  const compiled = await CompiledFunction.compile(specs, ({ known, place }, scope) => {
    const logs = logProbabilities(cast(known!, 'int64'), grid, options, scope);
    const flat = reshape(logs, [logs.shape[0]!, size, codes]);
    return { logs: gather(flat, place!, 1) };
  });
  try {
    for (let start = 0; start < count; start += callSize) {
      const rows = Math.min(callSize, count - start);
      const known = chosen.subarray(start * size, (start + rows) * size);
      for (let step = 0; step < size; step++) {
        const at = (step % depth) * positions + Math.floor(step / depth);
        const { logs } = await compiled.run(fitted, {
          known: new Tensor('float32', known, [rows, ...dims]),
          place: new Tensor('int64', [BigInt(at)], [1]),
        });
        for (let row = 0; row < rows; row++) {
          const u = uniform[(start + row) * size + at]!;
          known[row * size + at] = codeAt(logs!.data as Float32Array, row * codes, codes, u);
        }
      }
    }
  } finally {
    await compiled.release();
  }
  return vectorsOf(books, chosen, shape);
}
