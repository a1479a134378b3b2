import type { Tensor } from 'onnxruntime-common';

/** Latents as rows of one length. */
export interface LatentRows {
  /** Row after row. */
  readonly rows: Float32Array;
  readonly count: number;
  readonly width: number;
}

/** Latents [N, ...latent] as rows. */
export function rowsOf({ data, dims }: Tensor): LatentRows {
  const count = dims[0]!;
  return { rows: data as Float32Array, count, width: count === 0 ? 0 : data.length / count };
}

/** The mean of rows. */
export function meanOf({ rows, count, width }: LatentRows): Float64Array {
  const mean = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) mean[i % width]! += rows[i]! / count;
  return mean;
}

/** The mean over columns of their variances. */
export function meanVariance(latents: LatentRows): number {
  const { rows, count, width } = latents;
  const mean = meanOf(latents);
  const squares = rows.reduce((sum, value, i) => sum + (value - mean[i % width]!) ** 2, 0);
  return squares / (count * width);
}
