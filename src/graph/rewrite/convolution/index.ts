import { convolvedSize, spatialSize, type Window, windowOf } from '../../operators/convolution.js';
import {
  add,
  broadcastLike,
  concat,
  gather,
  gemm,
  matmul,
  pad,
  reshape,
  slice,
  transpose,
} from '../../operators/index.js';
import { checkConstantSize, constant, type Operation, type Value } from '../../value.js';
import type { Rules } from '../rewrite.js';

/*
 * Convolutions as products of large matrices. ONNX Runtime's convolutions of images whose weights
 * change from call to call run at a fifth of the speed of its matrix product, and it has no
 * operator for a convolution's derivative by its weight. Images are laid out with their channels
 * last, so that a patch is a few whole rows, gathered by a table of indices that is known when the
 * program is built. The transposes around each convolution meet those of its neighbours.
 */

/** Below this many channels a patch's rows are too short to gather; they are sliced instead. */
const fewChannels = 8;

type Size = readonly [height: number, width: number];

/** [batch, C, H, W] with its channels last. */
const channelsLast = (x: Value) => transpose(x, [0, 2, 3, 1]);
/** [batch, H, W, C] with its channels after the batch. */
const channelsFirst = (x: Value) => transpose(x, [0, 3, 1, 2]);

/** The places that a kernel reads along an axis: start + stride · position + dilation · tap. */
interface Sweep {
  readonly positions: number;
  readonly taps: number;
  /** Below 0 inside the padding. */
  readonly start: number;
  readonly stride: number;
  /** Below 0 where taps go backwards. */
  readonly dilation: number;
}

type Sweeps = readonly [down: Sweep, across: Sweep];

/** How patches are laid out as a matrix. */
interface Patches {
  /** [pixels, taps · channels], or its transpose. */
  readonly matrix: Value;
  readonly transposed: boolean;
}

/** Tables of indices by what they are for, so that equal ones are one constant. */
type Tables = Map<string, Value>;

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

const taps = ([height, width]: Size) =>
  range(height * width).map((tap) => [Math.floor(tap / width), tap % width] as const);

/** How a kernel sweeps over the image of a convolution. */
function sweepsOf(x: Value, kernel: Size, window: Window): Sweeps {
  const size = spatialSize(x, 'conv2d');
  const along = (axis: 0 | 1): Sweep => ({
    positions: convolvedSize(size[axis], kernel, window, axis),
    taps: kernel[axis],
    start: -window.pads[axis],
    stride: window.strides[axis],
    dilation: window.dilations[axis],
  });
  return [along(0), along(1)];
}

/** How many zeros a sweep reads before and after an axis of a size. */
function margin({ positions, taps, start, stride, dilation }: Sweep, size: number) {
  const reach = dilation * (taps - 1);
  const lowest = start + Math.min(0, reach);
  const highest = start + stride * (positions - 1) + Math.max(0, reach);
  return { before: Math.max(0, -lowest), after: Math.max(0, highest - (size - 1)) };
}

/** For each position and tap, the pixel there; the one behind the image's last where it is padded. */
function patchTable([down, across]: Sweeps, [height, width]: Size): Value {
  const count = down.positions * across.positions * down.taps * across.taps;
  checkConstantSize(count);
  const places = new Int32Array(count);
  const place = ({ start, stride, dilation }: Sweep, position: number, tap: number) =>
    start + stride * position + dilation * tap;
  let at = 0;
  for (let row = 0; row < down.positions; row++) {
    for (let column = 0; column < across.positions; column++) {
      for (const [i, j] of taps([down.taps, across.taps])) {
        const [y, x] = [place(down, row, i), place(across, column, j)];
        const inside = y >= 0 && y < height && x >= 0 && x < width;
        places[at++] = inside ? y * width + x : height * width;
      }
    }
  }
  return constant(places, [places.length], 'int32');
}

/** Whether each pixel is a patch of its own. */
function isWhole({ positions, taps, start, stride }: Sweep, size: number): boolean {
  return positions === size && taps === 1 && start === 0 && stride === 1;
}

/** The pixels that each tap reads: [channels, batch, rows, columns] each. */
function pixelsByTap(x: Value, [down, across]: Sweeps): Value[] {
  const size = spatialSize(x, 'conv2d');
  const [rows, columns] = [margin(down, size[0]), margin(across, size[1])];
  const first = pad(
    transpose(x, [1, 0, 2, 3]),
    [0, 0, rows.before, columns.before],
    [0, 0, rows.after, columns.after],
  );
  return taps([down.taps, across.taps]).map(([i, j]) => {
    const part = (axis: number, sweep: Sweep, tap: number, zeros: number) => {
      const start = zeros + sweep.start + tap * sweep.dilation;
      const end = start + (sweep.positions - 1) * sweep.stride + 1;
      return { axis, start, end, step: sweep.stride };
    };
    return slice(first, [part(2, down, i, rows.before), part(3, across, j, columns.before)]);
  });
}

/** Every patch that the sweeps see, one a row: taps outermost, channels within. */
function patches(x: Value, sweeps: Sweeps, tables: Tables): Patches {
  const size = spatialSize(x, 'conv2d');
  const [down, across] = sweeps;
  const channels = x.shape[1] as number;
  const count = down.taps * across.taps;
  if (channels < fewChannels) {
    const parts = pixelsByTap(x, sweeps);
    return { matrix: reshape(concat(parts, 0), [count * channels, -1]), transposed: true };
  }
  const pixels = reshape(channelsLast(x), [x.shape[0]!, size[0] * size[1], channels]);
  if (isWhole(down, size[0]) && isWhole(across, size[1])) {
    return { matrix: reshape(pixels, [-1, channels]), transposed: false };
  }
  const margins = [margin(down, size[0]), margin(across, size[1])];
  const isPadded = margins.some(({ before, after }) => before + after > 0);
  const key = JSON.stringify([sweeps, size]);
  const table = tables.get(key) ?? patchTable(sweeps, size);
  tables.set(key, table);
  const gathered = gather(isPadded ? withZeros(pixels) : pixels, table, 1);
  return { matrix: reshape(gathered, [-1, count * channels]), transposed: false };
}

/**
 * One more pixel, of zeros, which stands for all padding: half the cost of a padded image.
 * @param pixels [batch, pixels, channels]
 */
function withZeros(pixels: Value): Value {
  const zeros = constant(0, [], pixels.dtype);
  return concat([pixels, broadcastLike(zeros, slice(pixels, [{ axis: 1, start: 0, end: 1 }]))], 1);
}

/** [a, b, kernelHeight, kernelWidth] as [a, taps, b]. */
function tapsBetween(weight: Value): Value {
  const [a, b] = weight.shape as readonly number[];
  return transpose(reshape(weight, [a!, b!, -1]), [0, 2, 1]);
}

const isOne = (pair: Size) => pair[0] === 1 && pair[1] === 1;

/** Whether a kernel that visits each pixel makes few values of many. */
const narrows = (from: number, to: number, { strides }: Window) => isOne(strides) && to * 4 <= from;

/** A convolution in one group. @param weight [filters, channels, kernelHeight, kernelWidth] */
function convolution(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  window: Window,
  tables: Tables,
): Value {
  const kernel = spatialSize(weight, 'conv2d');
  const [filters, channels] = weight.shape as readonly number[];
  const sweeps = sweepsOf(x, kernel, window);
  const output: Size = [sweeps[0].positions, sweeps[1].positions];
  if (!isOne(kernel) && narrows(channels!, filters!, window)) {
    const byTap = transpose(weight, [2, 3, 0, 1]);
    const sums = shiftedSums(x, byTap, bias, output, (axis, tap) => {
      return window.pads[axis] - tap * window.dilations[axis];
    });
    if (sums) return sums;
  }
  const { matrix, transposed } = patches(x, sweeps, tables);
  const flat = reshape(tapsBetween(weight), [filters!, -1]);
  const pixels = gemm(matrix, flat, bias, { transposeA: transposed, transposeB: true });
  return channelsFirst(reshape(pixels, [x.shape[0]!, ...output, filters!]));
}

/**
 * The derivative by the weight, in one group: [filters, channels, kernelHeight, kernelWidth].
 *
 * With stride 1 each pixel meets the gradients around it. Their patches are no larger than those of
 * the image where there are no more filters than channels, and without dilation the derivative by
 * the image needs the same; those of the image need not be kept from the way forward.
 */
function weightGradient(x: Value, dy: Value, kernel: Size, window: Window, tables: Tables): Value {
  const [channels, filters] = [x.shape[1] as number, dy.shape[1] as number];
  const { pads, dilations } = window;
  const few = isOne(dilations) && isOne(window.strides) && filters <= channels;
  if (isOne(kernel) || !(few || narrows(channels, filters, window))) {
    return patchGradient(x, dy, sweepsOf(x, kernel, window), tables);
  }
  const size = spatialSize(x, 'conv2d');
  const along = (axis: 0 | 1): Sweep => ({
    positions: size[axis],
    taps: kernel[axis],
    start: pads[axis],
    stride: 1,
    dilation: -dilations[axis],
  });
  return transpose(patchGradient(dy, x, [along(0), along(1)], tables), [1, 0, 2, 3]);
}

/**
 * What each filter of `dy` and each value of a patch of `x` have in common, summed over all pixels:
 * [filters, channels, kernelHeight, kernelWidth].
 *
 * A product of tall matrices that transposes its first one inside takes 1.5 times as long as one
 * that does not, so the gradient is transposed by an operator of its own. The reshape behind it
 * keeps the runtime from putting the two together again.
 */
function patchGradient(x: Value, dy: Value, sweeps: Sweeps, tables: Tables): Value {
  const filters = dy.shape[1] as number;
  const channels = x.shape[1] as number;
  const kernel = sweeps.map(({ taps }) => taps);
  const shape = [filters, channels, ...kernel];
  const { matrix, transposed } = patches(x, sweeps, tables);
  if (transposed) {
    const product = gemm(matrix, reshape(channelsLast(dy), [-1, filters]));
    return transpose(reshape(product, [...kernel, channels, filters]), [3, 2, 0, 1]);
  }
  const product = gemm(reshape(transpose(dy, [1, 0, 2, 3]), [filters, -1]), matrix);
  return reshape(transpose(reshape(product, [filters, -1, channels]), [0, 2, 1]), shape);
}

/** Where along an axis of the output the share of its first pixel lands, for a tap. */
interface Place {
  readonly tap: number;
  readonly first: number;
}

/**
 * The sum of shares that taps along an axis give, each put in its place: cut where it falls outside.
 * @param shares [taps, ...]
 * @param size of the axis in the output
 * @returns [1, ...]
 */
function sumShifted(shares: Value, axis: number, size: number, places: readonly Place[]): Value {
  const own = shares.shape[axis] as number;
  const along = (amount: number) => shares.shape.map((_, each) => (each === axis ? amount : 0));
  return places
    .map(({ tap, first }) => {
      const behind = size - (first + own);
      const cut = slice(shares, [
        { axis: 0, start: tap, end: tap + 1 },
        { axis, start: Math.max(0, -first), end: own + Math.min(0, behind) },
      ]);
      return pad(cut, along(Math.max(0, first)), along(Math.max(0, behind)));
    })
    .reduce(add);
}

/**
 * A convolution with stride 1 and few filters, transposed or not: one product gives what each pixel
 * adds to each of its neighbours, and sums put that in place, first along columns and then along rows.
 * @param weight [kernelHeight, kernelWidth, filters, channels]
 * @param first where along an axis of the output the share of its first pixel lands, for a tap
 * @returns undefined where all that a row or a column of taps gives falls outside
 */
function shiftedSums(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  output: Size,
  first: (axis: 0 | 1, tap: number) => number,
): Value | undefined {
  const size = spatialSize(x, 'convTranspose2d');
  const [height, width, filters, channels] = weight.shape as readonly number[];
  const places = (axis: 0 | 1, taps: number): Place[] =>
    range(taps)
      .map((tap) => ({ tap, first: first(axis, tap) }))
      .filter(({ first }) => first > -size[axis] && first < output[axis]);
  const [down, across] = [places(0, height!), places(1, width!)];
  if (down.length === 0 || across.length === 0) return undefined;
  const pixels = reshape(channelsLast(x), [-1, channels!]);
  const flat = reshape(weight, [-1, channels!]);
  const shares = gemm(flat, pixels, undefined, { transposeB: true });
  const split = reshape(shares, [height!, -1, ...size]);
  const columns = reshape(sumShifted(split, 2, output[0], down), [width!, -1, output[0], size[1]]);
  const sums = reshape(sumShifted(columns, 3, output[1], across), [
    filters!,
    x.shape[0]!,
    ...output,
  ]);
  return transpose(bias ? add(sums, reshape(bias, [filters!, 1, 1, 1])) : sums, [1, 0, 2, 3]);
}

/**
 * A transposed convolution in one group, without dilation, in the sub-pixel form (Shi et al. 2016,
 * "Is the deconvolution layer the same as a convolutional layer?"): a plain convolution gives the
 * phases of the output as channels, which are then laid out in space.
 *
 * Each phase of rows is a product of its own, with the taps that fall on it. The phases of columns
 * share one, whose columns then stand in the order of the output; where the width is no multiple
 * of the stride some of its taps are zeros, which costs less than to put columns in order.
 */
function subPixel(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  window: Window,
  output: Size,
  tables: Tables,
): Value {
  const kernel = spatialSize(weight, 'convTranspose2d');
  const [into, filters] = weight.shape as readonly number[];
  const [sh, sw] = window.strides;
  const [top, left] = window.pads;
  const reach = Math.ceil(kernel[1] / sw);
  const height = Math.max(kernel[0], sh);
  // Output column o, counted before padding is cut, takes tap t from column (o − t) / stride. Padded
  // to whole strides, tap t = phase + stride · j takes column q − j, where q = ⌊o / stride⌋.
  const tapsFirst = reshape(transpose(reshape(weight, [into! * filters!, -1])), [...kernel, -1]);
  const whole = pad(tapsFirst, [0, 0, 0], [height - kernel[0], reach * sw - kernel[1], 0]);
  const flat = transpose(reshape(whole, [height * reach, sw, into!, filters!]), [0, 2, 1, 3]);
  const first = Math.floor(left / sw);
  const columns = Math.floor((left + output[1] - 1) / sw) - first + 1;
  const across: Sweep = {
    positions: columns,
    taps: reach,
    start: first,
    stride: 1,
    dilation: -1,
  };
  const phases = range(Math.min(sh, output[0])).map((row) => {
    const phase = (row + top) % sh;
    const count = Math.ceil((height - phase) / sh);
    const down: Sweep = {
      positions: Math.ceil((output[0] - row) / sh),
      taps: count,
      start: Math.floor((row + top) / sh),
      stride: 1,
      dilation: -1,
    };
    return { down, places: taps([count, reach]).map(([i, j]) => (phase + sh * i) * reach + j) };
  });
  const offset = bias && concat(new Array<Value>(sw).fill(bias), 0);
  const skipped = left - first * sw;
  const rows = phases.map(({ down, places }) => {
    const { matrix, transposed } = patches(x, [down, across], tables);
    const chosen = gather(flat, constant(Int32Array.from(places), [places.length], 'int32'));
    const product = gemm(matrix, reshape(chosen, [-1, sw * filters!]), offset, {
      transposeA: transposed,
    });
    const laid = reshape(product, [x.shape[0]!, down.positions, columns * sw, filters!]);
    return slice(laid, [{ axis: 2, start: skipped, end: skipped + output[1] }]);
  });
  return channelsFirst(interleave(rows, output[0]));
}

/** The i-th row of each value in turn. @param rows [batch, H or H − 1, W, C] each, longest first */
function interleave(rows: readonly Value[], height: number): Value {
  const [batch, longest, width, channels] = rows[0]!.shape;
  if (rows.length === 1) return rows[0]!;
  const even = rows.map((each) => {
    const missing = (longest as number) - (each.shape[1] as number);
    const full = pad(each, [0, 0, 0, 0], [0, missing, 0, 0]);
    return reshape(full, [batch!, longest!, 1, -1]);
  });
  const all = reshape(concat(even, 2), [
    batch!,
    (longest as number) * rows.length,
    width!,
    channels!,
  ]);
  return slice(all, [{ axis: 1, start: 0, end: height }]);
}

/** Whether the forms above hold; convolutions in groups stay ONNX operators. */
const inOneGroup = ({ groups }: Window) => groups === 1;

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

/** The weight's derivative in groups, which become an axis of a batched product. */
function groupedWeightGradient(x: Value, dy: Value, kernel: Size, window: Window): Value {
  const { groups } = window;
  const [channels, filters] = [x.shape[1] as number, dy.shape[1] as number];
  const perGroup = [channels / groups, filters / groups] as const;
  const parts = pixelsByTap(x, sweepsOf(x, kernel, window)).map((pixels) =>
    reshape(pixels, [groups, 1, perGroup[0], -1]),
  );
  const count = parts.length * perGroup[0];
  const left = reshape(concat(parts, 1), [groups, count, -1]);
  const right = reshape(transpose(dy, [1, 0, 2, 3]), [groups, perGroup[1], -1]);
  const product = matmul(left, transpose(right, [0, 2, 1]));
  const split = reshape(product, [groups, ...kernel, ...perGroup]);
  return reshape(transpose(split, [0, 4, 3, 1, 2]), [filters, perGroup[0], ...kernel]);
}

/** Convolutions as matrix products. */
export function convolutionRules(): Rules {
  const tables: Tables = new Map();
  return {
    Conv: ({ inputs, attributes }) => {
      const { window } = windowOf(attributes);
      const [x, weight, bias] = inputs as [Value, Value, Value | undefined];
      return inOneGroup(window) ? [convolution(x, weight, bias, window, tables)] : undefined;
    },
    ConvTranspose: (operation) => {
      const { window } = windowOf(operation.attributes);
      const y = inOneGroup(window) ? transposed(operation, tables) : undefined;
      return y && [y];
    },
    ConvWeightGradient: ({ inputs, attributes }) => {
      const { window, kernel } = windowOf(attributes);
      const [x, dy] = inputs as [Value, Value];
      return [
        inOneGroup(window)
          ? weightGradient(x, dy, kernel, window, tables)
          : groupedWeightGradient(x, dy, kernel, window),
      ];
    },
  };
}
