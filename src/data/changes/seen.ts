import type { Dataset } from '../dataset.js';
import { augmentSchema } from './augment.js';
import { binarized } from './binarize.js';
import { centerCropped } from './crop.js';

/** Images as a model sees them when training crops: their middles. @param augment as config has it */
export function asModelSees(data: Dataset, augment: unknown): Dataset {
  const { crop } = augmentSchema.safeParse(augment).data ?? {};
  return crop ? centerCropped(data, crop) : data;
}

/** Data as validation sees it: black and white when a model is trained on that. */
export function asValidated(data: Dataset, binarize: unknown, seed: number): Dataset {
  return binarize ? binarized(data, seed) : data;
}
