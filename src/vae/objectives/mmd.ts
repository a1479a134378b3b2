import { z } from 'zod';
import {
  add,
  div,
  exp,
  maximum,
  mul,
  negate,
  size,
  square,
  sub,
  sum,
  unsqueeze,
  type Value,
} from '../../graph/index.js';

/**
 * A kernel k of ‖x − y‖², with C = 2 · latents · bandwidth²:
 * - `rbf`: exp(−‖x − y‖² / C)
 * - `imq`: C / (C + ‖x − y‖²), summed over C times 0.1, 0.2, 0.5, 1, 2, 5 and 10, as in the code of
 *   Tolstikhin et al. 2018, https://github.com/tolstikhin/wae
 */
export const kernelSchema = z.enum(['imq', 'rbf']);

type KernelName = z.infer<typeof kernelSchema>;

const scales = [0.1, 0.2, 0.5, 1, 2, 5, 10];

const kernels: Readonly<Record<KernelName, (distance: Value, c: number) => Value>> = {
  rbf: (distance, c) => exp(negate(div(distance, c))),
  imq: (distance, c) =>
    scales
      .map((scale) => div(c * scale, add(distance, c * scale)))
      .reduce((total, each) => add(total, each)),
};

/** k(x, x) */
const peak: Readonly<Record<KernelName, number>> = { rbf: 1, imq: scales.length };

export interface MmdOptions {
  readonly kernel: KernelName;
  readonly bandwidth: number;
  /**
   * `biased`: the mean over all pairs, 0 for equal samples and never under it; `unbiased`: without
   * an example's pair with itself (Gretton et al. 2012, eq. 5 and 3,
   * https://jmlr.org/papers/v13/gretton12a.html).
   */
  readonly estimate: 'biased' | 'unbiased';
}

/** Squared maximum mean discrepancy of two samples [n, latent] of one size: a scalar. */
export function mmd(x: Value, y: Value, { kernel, bandwidth, estimate }: MmdOptions): Value {
  const c = 2 * (x.shape[1] as number) * bandwidth ** 2;
  const total = (a: Value, b: Value) => {
    const apart = sub(unsqueeze(a, [1]), unsqueeze(b, [0]));
    return sum(kernels[kernel](sum(square(apart), { axes: [2] }), c));
  };
  const n = size(x.shape[0]!);
  const pairs = square(n);
  const cross = mul(div(total(x, y), pairs), 2);
  const within = add(total(x, x), total(y, y));
  if (estimate === 'biased') return sub(div(within, pairs), cross);
  const apart = sub(within, mul(n, 2 * peak[kernel]));
  // A batch of one example has no pairs.
  return sub(div(apart, maximum(sub(pairs, n), 1)), cross);
}
