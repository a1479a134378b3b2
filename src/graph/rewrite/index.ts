import type { Value } from '../value.js';
import { convolutionRules } from './convolution.js';
import { joinRules } from './joins.js';
import { productRules } from './products.js';
import { reshapeRules } from './reshapes.js';
import { inTurn, type Rules, rewrite } from './rewrite.js';
import { transposeRules } from './transposes.js';

/** A derivative given by hand has done its work once gradients are taken. */
const identityRules: Rules = { Identity: ({ inputs }) => [inputs[0]!] };

/** The same values in the form that runs fastest. */
export function optimize(values: readonly Value[]): Value[] {
  const lowered = rewrite(values, {
    ...identityRules,
    ...transposeRules,
    ...convolutionRules(),
  });
  return rewrite(lowered, inTurn(joinRules, reshapeRules, productRules, transposeRules));
}
