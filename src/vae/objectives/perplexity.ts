import { exp, log, maximum, mul, negate, sum, type Value } from '../../graph/index.js';

/** exp of the entropy of shares, over the last axis: how many codes would be used as evenly. */
export const perplexityOf = (shares: Value): Value =>
  exp(negate(sum(mul(shares, log(maximum(shares, 1e-30))), { axes: [-1] })));
