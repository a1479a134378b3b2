/**
 * The table of derivatives, in a file for each family of operators, as in `../../operators/`. All rows
 * share `derivative.ts`: their type, and how broadcasting is undone.
 */

import { convolutionDerivatives } from './convolution.js';
import type { Derivatives } from './derivative.js';
import { elementwiseDerivatives } from './elementwise.js';
import { matrixDerivatives } from './matrix.js';
import { normalizationDerivatives } from './normalization.js';
import { poolingDerivatives } from './pooling.js';
import { reductionDerivatives } from './reduction.js';
import { resizeDerivatives } from './resize.js';
import { shapeDerivatives } from './shape.js';

export type { Derivative } from './derivative.js';

/** The derivative of each operator; one that is missing passes no gradient on. */
export const derivatives: Derivatives = {
  ...elementwiseDerivatives,
  ...reductionDerivatives,
  ...matrixDerivatives,
  ...convolutionDerivatives,
  ...poolingDerivatives,
  ...resizeDerivatives,
  ...normalizationDerivatives,
  ...shapeDerivatives,
};
