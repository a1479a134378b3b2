import { z } from 'zod';
import { fillUniform } from '../../base/random.js';
import { elementCount } from '../../base/shape.js';
import { defineSampler } from './sampler.js';

/** The path of a codebook's tensors: `codebook` [codes, latent], and their use `count` [codes]. */
export const codebookPath = 'quantizer';

/**
 * A codebook's vectors by their shares of use, each position by itself: the prior of models with a
 * codebook, unless another one is fitted (van den Oord et al. 2017, §3.3, takes it for uniform).
 */
export const codebook = defineSampler(
  'codebook',
  z.strictObject({}).describe("A codebook's vectors by their use, each position by itself."),
  () => ({
    draw(shape, { stream, parameters }) {
      const vectors = parameters[`${codebookPath}.codebook`]!.data as Float32Array;
      const cumulative = cumulate(parameters[`${codebookPath}.count`]!.data as Float32Array);
      const [n = 0, latent = 0, ...rest] = shape;
      const positions = elementCount(rest);
      const uniform = new Float32Array(n * positions);
      fillUniform(stream, uniform);
      const latents = new Float32Array(n * latent * positions);
      uniform.forEach((u, i) => {
        const code = place(cumulative, u);
        const start = Math.floor(i / positions) * latent * positions + (i % positions);
        for (let d = 0; d < latent; d++) {
          latents[start + d * positions] = vectors[code * latent + d]!;
        }
      });
      return latents;
    },
  }),
);

/** Running sums of counts, as shares of their total. */
function cumulate(counts: Float32Array): Float64Array {
  let total = 0;
  const sums = Float64Array.from(counts, (count) => {
    total += count;
    return total;
  });
  return sums.map((sum) => sum / total);
}

/** The first place whose running sum is over u. */
function place(cumulative: Float64Array, u: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > u) high = middle;
    else low = middle + 1;
  }
  return low;
}
