import type { Tensor } from 'onnxruntime-common';
import { codebookPath } from '../samplers/codebook.js';
import type { Plan } from './plan.js';
import { joined, shaped } from './tensors.js';

/* Facts of a model that its tensors tell. */

/** Codebooks of all depths, [depth, codes, latent]; one that they share as often as there are depths. */
export function codebooksOf({ tensors }: Plan): Tensor {
  const vectors = tensors[`${codebookPath}.codebook`]!;
  const { dims } = tensors[`${codebookPath}.count`]!;
  const [depth, codes] = dims as readonly [number, number];
  const isShared = vectors.dims[0] === codes;
  const all = isShared ? joined(...new Array<Tensor>(depth).fill(vectors)) : vectors;
  return shaped(all, [depth, codes, vectors.dims[1]!]);
}

/** Counts the latents of each group of a hierarchical model. */
export function groupSizes({ tensors }: Plan): number[] {
  return Object.entries(tensors).flatMap(([name, { dims }]) =>
    /^topDown\.\d+\.posterior\.1\.weight$/.test(name) ? [dims[0]! / 2] : [],
  );
}
