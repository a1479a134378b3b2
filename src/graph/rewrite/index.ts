import type { Device } from '../../runtime/session.js';
import type { Value } from '../value.js';
import { activationRules } from './activations.js';
import { bufferRules } from './buffers.js';
import { convolutionRules } from './convolution.js';
import { doubleRules } from './doubles.js';
import { joinRules } from './joins.js';
import { pieceRules } from './pieces.js';
import { poolingRules } from './pooling.js';
import { productRules } from './products.js';
import { reshapeRules } from './reshapes.js';
import { inTurn, type Rules, rewrite } from './rewrite.js';
import { transposeRules } from './transposes.js';

/** A derivative given by hand has done its work once gradients are taken. */
const identityRules: Rules = { Identity: ({ inputs }) => [inputs[0]!] };

/** The same values in the form that runs fastest, and that the device can run. */
export function optimize(values: readonly Value[], device: Device = 'cpu'): Value[] {
  const lowered = rewrite(rewrite(values, { ...identityRules, ...doubleRules }), {
    ...transposeRules,
    ...convolutionRules(),
    ...poolingRules(),
  });
  const rules = inTurn(activationRules, joinRules, reshapeRules, productRules, transposeRules);
  const short = rewrite(lowered, rules);
  return rewrite(short, device === 'webgpu' ? bufferRules : pieceRules(short));
}
