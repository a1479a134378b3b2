/**
 * Rewriting: the same values in another form, by tables of rules, one for each operator.
 *
 * - `rewrite.ts`: rules, and how they are applied; this file: in which passes
 * - `convolution/` and `pooling.ts`: operators as others that the runtime is faster at
 * - `transposes.ts`, `reshapes.ts`, `activations.ts`: operators moved to where they cost less
 * - `products.ts`, `joins.ts`: products of matrices in their fastest form, and small ones as one;
 *   `factors.ts`: products taken apart
 * - `slices.ts`, `buffers.ts`: many slices as one split, or splits as slices on a graphics processor;
 *   `spans.ts`: elements that follow each other
 * - `machine.ts`: functions that products in machine code apply to their numbers
 * - `folded.ts`: operators of operators of their kind as one
 * - `elementwise.ts`: the operators that treat each element by itself
 */
import type { Device } from '../../runtime/session.js';
import type { Value } from '../value.js';
import { activationRules } from './activations.js';
import { bufferRules } from './buffers.js';
import { type ConvolutionForm, convolutionRules } from './convolution/index.js';
import { doubleRules } from './doubles.js';
import { foldingRules } from './folded.js';
import { joinRules } from './joins.js';
import { machineRules } from './machine.js';
import { poolingRules } from './pooling.js';
import { productRules } from './products.js';
import { reshapeRules } from './reshapes.js';
import { inTurn, type Rules, rewrite } from './rewrite.js';
import { sliceRules } from './slices.js';
import { ofOnes, transposeRules } from './transposes.js';

export type { ConvolutionForm };

/** A derivative given by hand has done its work once gradients are taken. */
const identityRules: Rules = { Identity: ({ inputs }) => [inputs[0]!] };

/**
 * The same values in the form that runs fastest, and that the device can run.
 * @param convolutions the form of convolutions
 */
export function optimize(
  values: readonly Value[],
  device: Device = 'cpu',
  convolutions: ConvolutionForm = 'products',
): Value[] {
  const lowered = rewrite(
    rewrite(values, {
      ...identityRules,
      ...foldingRules,
      ...doubleRules,
    }),
    {
      ...transposeRules,
      ...convolutionRules(convolutions),
      ...poolingRules(),
    },
  );
  const rules = inTurn(activationRules, joinRules, reshapeRules, productRules, transposeRules);
  const short = rewrite(lowered, rules);
  const last = device === 'webgpu' ? bufferRules : sliceRules(short);
  const plain = rewrite(short, { ...last, Transpose: ofOnes });
  return convolutions === 'machine' ? rewrite(plain, machineRules(plain)) : plain;
}
