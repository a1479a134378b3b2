import type { DiagramModel, DiagramValues } from './diagram-model.js';

/**
 * The code at each position of latents: that of the nearest vector of the codebook.
 * @param z [latent, ...positions], one after another
 * @returns undefined where the model has no codebook, or its parameters are not at hand
 */
export function nearestCodes(
  { parameters }: Pick<DiagramModel, 'parameters'>,
  z: ArrayLike<number>,
  [latent = 0, ...positions]: readonly number[],
): DiagramValues['codes'] {
  const codebook = parameters?.['quantizer.codebook'];
  // The shape of the latents is not known before the data is encoded.
  if (!codebook || latent === 0) return undefined;
  const vectors = codebook.data as Float32Array;
  const count = codebook.dims[0]!;
  const places = z.length / latent;
  const distance = (code: number, place: number) => {
    let sum = 0;
    for (let i = 0; i < latent; i++)
      sum += (vectors[code * latent + i]! - z[i * places + place]!) ** 2;
    return sum;
  };
  const indices = Int32Array.from({ length: places }, (_, place) => {
    let best = 0;
    for (let code = 1; code < count; code++) {
      if (distance(code, place) < distance(best, place)) best = code;
    }
    return best;
  });
  return { indices, columns: positions.at(-1) ?? places };
}
