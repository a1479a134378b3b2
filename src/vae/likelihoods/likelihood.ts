import type { Value } from '../../graph/index.js';

/** p(x | z): how the decoder's output describes images. */
export interface Likelihood {
  readonly type: string;
  /**
   * −log p(x | z) in nats, summed over each example: [batch].
   * @param x float images [batch, ...shape]
   * @param parameters the decoder's output [batch, ...shape]
   */
  negativeLogLikelihood(x: Value, parameters: Value): Value;
  /** The mean of p(x | z), in [0, 1]: what a decoded image shows. */
  mean(parameters: Value): Value;
}
