import type { ClassLook } from '../../../../src/report/class-colours.js';
import type { DataInfo } from '../../data/info.js';
import type { Numbers } from '../../model/api.js';

/** Images with their latents. */
export interface ShownData {
  readonly info: DataInfo;
  /** Their part of the data: the test images, or the training images where there are no others. */
  readonly part: 'test' | 'train';
  readonly images: Numbers;
  readonly labels?: Int32Array;
  /** The place of each image in its part of the data. */
  readonly places: Uint32Array;
  /** [N, latent]; with a codebook [N, latent, ...positions]. */
  readonly mean: Numbers;
  readonly logVariance: Numbers;
  /** Codes of each image, where there is a codebook. */
  readonly codes?: Numbers;
}

/** Groups of the examples on the map. */
export interface Grouping {
  /** The group of each example. */
  readonly labels: Int32Array;
  readonly names: readonly string[];
  readonly looks: readonly ClassLook[];
}

/** One image's posterior. */
export interface PosteriorOf {
  readonly mean: Float32Array;
  readonly logVariance: Float32Array;
}
