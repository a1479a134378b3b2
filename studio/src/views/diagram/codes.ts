import type { DiagramModel, DiagramValues } from './diagram-model.js';

/** Codes of an example as the diagram shows them. @param shape of its latents: [latent, ...positions] */
export const gridOf = (
  indices: ArrayLike<number>,
  [, ...positions]: readonly number[],
): DiagramValues['codes'] => ({ indices, columns: positions.at(-1) ?? indices.length });

/**
 * The code at each position of latents that stand for no example: the nearest vector of the codebook. With several
 * codes a position, the codes of each depth one after another: the nearest to the rest that the ones before leave.
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
  const counts = parameters['quantizer.count']!;
  const count = counts.dims.at(-1)!;
  const depth = counts.size / count;
  const isShared = codebook.dims[0] === count;
  const places = z.length / latent;
  const rest = Float32Array.from(z);
  const indices = new Int32Array(depth * places);
  for (let level = 0; level < depth; level++) {
    const book = isShared ? vectors : vectors.subarray(level * count * latent);
    for (let place = 0; place < places; place++) {
      const code = nearest(book, count, { rest, latent, places, place });
      indices[level * places + place] = code;
      for (let i = 0; i < latent; i++) rest[i * places + place]! -= book[code * latent + i]!;
    }
  }
  return { indices, columns: positions.at(-1) ?? places };
}

/** The rest of the latents at a place. */
interface Rest {
  readonly rest: Float32Array;
  readonly latent: number;
  readonly places: number;
  readonly place: number;
}

/** The code of a book that is nearest. */
function nearest(book: Float32Array, count: number, { rest, latent, places, place }: Rest): number {
  const distance = (code: number) => {
    let sum = 0;
    for (let i = 0; i < latent; i++) {
      sum += (book[code * latent + i]! - rest[i * places + place]!) ** 2;
    }
    return sum;
  };
  let best = 0;
  for (let code = 1; code < count; code++) if (distance(code) < distance(best)) best = code;
  return best;
}
