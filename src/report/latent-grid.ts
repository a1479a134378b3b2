import { quantileNormal } from 'vega-statistics';

/** Points of a two-dimensional latent space in reading order, to decode and to draw. */
export interface LatentGrid {
  readonly columns: number;
  readonly rows: number;
  /** z₁ of each column, from left to right. */
  readonly z1: readonly number[];
  /** z₂ of each row, from the top down: it falls. */
  readonly z2: readonly number[];
  /** Shape [rows · columns, 2], the upper left point first. */
  readonly points: Float32Array;
}

/**
 * The grid of Kingma and Welling, "Auto-Encoding Variational Bayes", appendix A (arXiv:1312.6114):
 * points that cut the prior N(0, I) into equally probable parts, (i + 1/2) / n quantiles in each
 * latent. An odd count has a column and a row through 0.
 */
export function latentGrid(columns = 21, rows = columns): LatentGrid {
  const quantiles = (count: number) =>
    Array.from({ length: count }, (_, index) => quantileNormal((index + 0.5) / count));
  const z1 = quantiles(columns);
  const z2 = quantiles(rows).reverse();
  const points = Float32Array.from(z2.flatMap((up) => z1.flatMap((right) => [right, up])));
  return { columns, rows, z1, z2, points };
}
