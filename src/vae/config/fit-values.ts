import type { Dataset } from '../../data/dataset.js';
import type { ExampleOptions } from '../../data/input.js';
import type { ValueSummary } from '../../data/values.js';
import { formatNumber } from '../../report/number.js';

/** Model settings that follow from the values of the data. */
export interface ValueFit {
  readonly likelihood: unknown;
  /** Way in which examples are taken, as a config has it. */
  readonly example?: ExampleOptions;
  /** The reason, for people; absent where the kind of the data alone says it. */
  readonly because?: string;
}

/** A spread that is trained, one for each value. */
const ownSpread = { type: 'gaussian', variance: 'pixel' };

/** σ = 0.32 of a standardized value: edges of pictures are learnt before fine noise. */
const pictureSpread = { type: 'gaussian', variance: 0.1 };

/**
 * The likelihood and the scaling that values ask for, where no likelihood is named. Bytes, and
 * pictures in [0, 1], are left to the preset: undefined. Rows of a table have likelihoods by column.
 */
export function fitValues(
  { dtype, shape, table }: Pick<Dataset, 'dtype' | 'shape' | 'table'>,
  values: ValueSummary | undefined,
): ValueFit | undefined {
  if (table) return { likelihood: 'table', example: { kind: 'table', columns: table } };
  if (!values) return undefined;
  const { areBinary, least, most } = values;
  if (dtype === 'uint8') return undefined;
  if (areBinary) return { likelihood: 'bernoulli', because: 'all values are 0 or 1' };
  const isPicture = shape.length === 3;
  if (isPicture && least >= 0 && most <= 1) return undefined;
  const reach = `values are real, from ${formatNumber(least)} to ${formatNumber(most)} in a sample`;
  const standardized: ExampleOptions = { scaling: 'standardize' };
  const example: ExampleOptions = {
    ...standardized,
    ...(isPicture ? { range: [least, most] } : {}),
  };
  return {
    likelihood: isPicture ? pictureSpread : ownSpread,
    example: least < most || !isPicture ? example : standardized,
    because: `${reach}, so each is seen less its mean, by its deviation`,
  };
}
