import { type Window, windowOf } from '../../operators/convolution.js';
import type { Operation, Value } from '../../value.js';
import { transpose } from '../folded.js';
import type { Rules } from '../rewrite.js';
import { convolution } from './convolution.js';
import { gatheredConvolution, gatheredTransposed, gatheredWeightGradient } from './gathered.js';
import { isOne, narrows, type Size } from './geometry.js';
import type { Tables } from './patches.js';
import { shiftedSums } from './shifted-sums.js';
import { subPixel } from './sub-pixel.js';
import { groupedWeightGradient, weightGradient } from './weight-gradient.js';

/*
 * Convolutions as products of large matrices. ONNX Runtime's convolutions of images whose weights
 * change from call to call run at a fifth of the speed of its matrix product, and it has no
 * operator for a convolution's derivative by its weight. Images are laid out with their channels
 * last, so that a patch is a few whole rows, gathered by a table of indices that is known when the
 * program is built. The transposes around neighbouring convolutions cancel each other.
 *
 * - `convolution.ts`, `sub-pixel.ts` (transposed) and `weight-gradient.ts`: one operator each
 * - `gathered.ts`: the three in machine code
 * - `patches.ts`: images as matrices of patches; `shifted-sums.ts`: the form without patches
 * - `geometry.ts`: the places that a kernel reads
 */

/** Tells whether the forms hold; convolutions in groups stay ONNX operators. */
const inOneGroup = ({ groups }: Window) => groups === 1;

/** A transposed convolution in machine code; undefined where others are faster. */
function machined({ inputs, attributes, outputs }: Operation): Value | undefined {
  const { window } = windowOf(attributes);
  const [x, weight, bias] = inputs as [Value, Value, Value | undefined];
  const [, , height, width] = outputs[0]!.shape as readonly number[];
  return gatheredTransposed(x, weight, bias, window, [height!, width!]);
}

/** A transposed convolution in the form that is fastest; undefined where it stays as it is. */
function transposed(operation: Operation, tables: Tables): Value | undefined {
  const { window } = windowOf(operation.attributes);
  const [x, weight, bias] = operation.inputs as [Value, Value, Value | undefined];
  const [, filters, height, width] = operation.outputs[0]!.shape as readonly number[];
  const output: Size = [height!, width!];
  const isDilated = !isOne(window.dilations);
  const few = narrows(x.shape[1] as number, filters!, window);
  if (few || (isDilated && isOne(window.strides))) {
    return shiftedSums(x, transpose(weight, [2, 3, 1, 0]), bias, output, (axis, tap) => {
      return tap * window.dilations[axis] - window.pads[axis];
    });
  }
  if (!isDilated) return subPixel(x, weight, bias, window, output, tables);
  return undefined;
}

/**
 * The form of convolutions: products of matrices; operators in machine code, where the runtime has them; or the
 * runtime's own operators, which are the faster ones on some processors for weights that do not change.
 */
export type ConvolutionForm = 'products' | 'machine' | 'own';

/** Convolutions in a form. Machine code takes those that it is faster at, and leaves the others as products. */
export function convolutionRules(form: ConvolutionForm = 'products'): Rules {
  const tables: Tables = new Map();
  const keeps = form === 'own';
  const byMachine = form === 'machine';
  return {
    Conv: ({ inputs, attributes }) => {
      const { window } = windowOf(attributes);
      const [x, weight, bias] = inputs as [Value, Value, Value | undefined];
      if (keeps || !inOneGroup(window)) return undefined;
      const gathered = byMachine ? gatheredConvolution(x, weight, bias, window) : undefined;
      return [gathered ?? convolution(x, weight, bias, window, tables)];
    },
    ConvTranspose: (operation) => {
      const { window } = windowOf(operation.attributes);
      if (keeps || !inOneGroup(window)) return undefined;
      const y = (byMachine ? machined(operation) : undefined) ?? transposed(operation, tables);
      return y && [y];
    },
    ConvWeightGradient: ({ inputs, attributes }) => {
      const { window, kernel } = windowOf(attributes);
      const [x, dy] = inputs as [Value, Value];
      if (!inOneGroup(window)) return [groupedWeightGradient(x, dy, kernel, window)];
      const gathered = byMachine ? gatheredWeightGradient(x, dy, kernel, window) : undefined;
      return [gathered ?? weightGradient(x, dy, kernel, window, tables)];
    },
  };
}
