import type { Dataset } from '../../data/dataset.js';
import type { ValueSummary } from '../../data/values.js';
import { formatNumber } from '../../report/number.js';

/** Model settings that follow from the values of the data. */
export interface ValueFit {
  readonly likelihood: unknown;
  /** How examples are to be taken, as a config has it. */
  readonly example?: Readonly<Record<string, unknown>>;
  /** The reason, for people. */
  readonly because: string;
}

/** A spread that is trained, one for each value. */
const ownSpread = { type: 'gaussian', variance: 'pixel' };

/** σ = 0.32 of a standardized value: edges of pictures are learnt before fine noise. */
const pictureSpread = { type: 'gaussian', variance: 0.1 };

/**
 * The likelihood and the scaling that values ask for, where nobody names a likelihood. Bytes, and
 * pictures in [0, 1], are left to the preset: undefined.
 */
export function fitValues(
  { dtype, shape }: Pick<Dataset, 'dtype' | 'shape'>,
  { areBinary, least, most }: ValueSummary,
): ValueFit | undefined {
  if (dtype === 'uint8') return undefined;
  if (areBinary) return { likelihood: 'bernoulli', because: 'all values are 0 or 1' };
  const isPicture = shape.length === 3;
  if (isPicture && least >= 0 && most <= 1) return undefined;
  const reach = `values are real, from ${formatNumber(least)} to ${formatNumber(most)} in a sample`;
  const example = { scaling: 'standardize', ...(isPicture ? { range: [least, most] } : {}) };
  return {
    likelihood: isPicture ? pictureSpread : ownSpread,
    example: least < most || !isPicture ? example : { scaling: 'standardize' },
    because: `${reach}, so each is seen less its mean, by its deviation`,
  };
}
