import { convolvedSize, spatialSize, type Window, windowOf } from '../operators/convolution.js';
import {
  add,
  concat,
  gather,
  gemm,
  matmul,
  pad,
  reshape,
  slice,
  transpose,
} from '../operators/index.js';
import { constant, type Operation, type Value } from '../value.js';
import type { Rules } from './rewrite.js';

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

/** How patches are laid out as a matrix. */
interface Patches {
  /** [pixels, taps · channels], or its transpose. */
  readonly matrix: Value;
  readonly transposed: boolean;
}

/** Tables of indices by what they are for, so that equal ones are one constant. */
type Tables = Map<string, Value>;

const taps = ([height, width]: Size) =>
  Array.from(
    { length: height * width },
    (_, tap) => [Math.floor(tap / width), tap % width] as const,
  );

/** For each output pixel and tap, the place in a padded image of rows of `width`. */
function patchTable(rows: number, columns: number, width: number, kernel: Size, window: Window) {
  const places = new Int32Array(rows * columns * kernel[0] * kernel[1]);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (const [i, j] of taps(kernel)) {
        const y = row * window.strides[0] + i * window.dilations[0];
        places[at++] = y * width + column * window.strides[1] + j * window.dilations[1];
      }
    }
  }
  return constant(places, [places.length], 'int32');
}

/** Every patch that the window sees, one a row: taps outermost, channels within. */
function patches(x: Value, kernel: Size, window: Window, tables: Tables): Patches {
  const size = spatialSize(x, 'conv2d');
  const output = ([0, 1] as const).map((axis) => convolvedSize(size[axis], kernel, window, axis));
  const [rows, columns] = output as [number, number];
  const [top, left, bottom, right] = window.pads;
  const channels = x.shape[1] as number;
  if (channels < fewChannels) {
    const first = pad(transpose(x, [1, 0, 2, 3]), [0, 0, top, left], [0, 0, bottom, right]);
    const parts = taps(kernel).map(([i, j]) => {
      const range = (axis: 0 | 1, tap: number, count: number) => {
        const start = tap * window.dilations[axis];
        const step = window.strides[axis];
        return { axis: axis + 2, start, end: start + (count - 1) * step + 1, step };
      };
      return slice(first, [range(0, i, rows), range(1, j, columns)]);
    });
    const matrix = reshape(concat(parts, 0), [kernel[0] * kernel[1] * channels, -1]);
    return { matrix, transposed: true };
  }
  const padded = pad(channelsLast(x), [0, top, left, 0], [0, bottom, right, 0]);
  const [height, width] = [size[0] + top + bottom, size[1] + left + right];
  const key = JSON.stringify([rows, columns, width, kernel, window.strides, window.dilations]);
  const table = tables.get(key) ?? patchTable(rows, columns, width, kernel, window);
  tables.set(key, table);
  const pixels = reshape(padded, [x.shape[0]!, height * width, channels]);
  const gathered = gather(pixels, table, 1);
  return {
    matrix: reshape(gathered, [-1, kernel[0] * kernel[1] * channels]),
    transposed: false,
  };
}

/** A convolution in one group. @param weight [filters, channels, kernelHeight, kernelWidth] */
function convolution(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  window: Window,
  tables: Tables,
): Value {
  const kernel = spatialSize(weight, 'conv2d');
  const size = spatialSize(x, 'conv2d');
  const filters = weight.shape[0] as number;
  const { matrix, transposed } = patches(x, kernel, window, tables);
  const flat = reshape(transpose(weight, [2, 3, 1, 0]), [-1, filters]);
  const pixels = gemm(matrix, flat, bias, { transposeA: transposed });
  const output = ([0, 1] as const).map((axis) => convolvedSize(size[axis], kernel, window, axis));
  return channelsFirst(reshape(pixels, [x.shape[0]!, ...output, filters]));
}

/** The derivative by the weight, in one group: [filters, channels, kernelHeight, kernelWidth]. */
function weightGradient(x: Value, dy: Value, kernel: Size, window: Window, tables: Tables): Value {
  const filters = dy.shape[1] as number;
  const { matrix, transposed } = patches(x, kernel, window, tables);
  const pixels = reshape(channelsLast(dy), [-1, filters]);
  const product = gemm(matrix, pixels, undefined, { transposeA: !transposed });
  return transpose(reshape(product, [...kernel, x.shape[1] as number, filters]), [3, 2, 0, 1]);
}

/**
 * A transposed convolution with stride 1 and few filters: one product gives what each pixel adds to
 * each of its neighbours, and shifted sums put that in place.
 */
function shiftedSums(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  window: Window,
  output: Size,
): Value {
  const kernel = spatialSize(weight, 'convTranspose2d');
  const [height, width] = spatialSize(x, 'convTranspose2d');
  const [into, filters] = weight.shape as readonly number[];
  const flat = reshape(transpose(weight, [2, 3, 1, 0]), [-1, into!]);
  const pixels = reshape(channelsLast(x), [-1, into!]);
  const shares = reshape(gemm(flat, pixels, undefined, { transposeB: true }), [
    kernel[0] * kernel[1],
    filters!,
    x.shape[0]!,
    height,
    width,
  ]);
  const placed = taps(kernel).map(([i, j], tap) => {
    // Where the share's first pixel lands in the output; what falls outside is cut off.
    const shift = [
      i * window.dilations[0] - window.pads[0],
      j * window.dilations[1] - window.pads[1],
    ];
    const ends = [height + shift[0]!, width + shift[1]!];
    const cut = slice(shares, [
      { axis: 0, start: tap, end: tap + 1 },
      { axis: 3, start: Math.max(0, -shift[0]!), end: height - Math.max(0, ends[0]! - output[0]) },
      { axis: 4, start: Math.max(0, -shift[1]!), end: width - Math.max(0, ends[1]! - output[1]) },
    ]);
    return pad(
      cut,
      [0, 0, 0, Math.max(0, shift[0]!), Math.max(0, shift[1]!)],
      [0, 0, 0, Math.max(0, output[0] - ends[0]!), Math.max(0, output[1] - ends[1]!)],
    );
  });
  const sums = placed.reduce(add);
  const total = bias ? add(sums, reshape(bias, [1, filters!, 1, 1, 1])) : sums;
  return transpose(reshape(total, [filters!, x.shape[0]!, ...output]), [1, 0, 2, 3]);
}

/**
 * A transposed convolution in one group, without dilation, in the sub-pixel form (Shi et al. 2016,
 * "Is the deconvolution layer the same as a convolutional layer?"): a plain convolution gives all
 * strides · strides phases of the output as channels, which are then laid out in space.
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
  const reachOf = [Math.ceil(kernel[0] / sh), Math.ceil(kernel[1] / sw)] as const;
  // Output row o, counted before padding is cut, takes tap t from row (o − t) / stride. Padded to
  // whole strides, tap t = phase + stride · j takes row q − j of the window that ends at row q.
  const whole = pad(
    weight,
    [0, 0, 0, 0],
    [0, 0, reachOf[0] * sh - kernel[0], reachOf[1] * sw - kernel[1]],
  );
  const phases = transpose(
    reshape(whole, [into!, filters!, reachOf[0], sh, reachOf[1], sw]),
    [2, 4, 0, 3, 5, 1],
  );
  const reversed = reverse(reverse(phases, 0), 1);
  const flat = reshape(reversed, [-1, sh * sw * filters!]);
  const size = spatialSize(x, 'convTranspose2d');
  const [top, left] = window.pads;
  const count = ([0, 1] as const).map((axis) => {
    const stride = window.strides[axis];
    const first = Math.floor(window.pads[axis]! / stride);
    const last = Math.floor((window.pads[axis]! + output[axis] - 1) / stride);
    return { first, length: last - first + 1 };
  });
  const pads = ([0, 1] as const).map((axis) => {
    const before = reachOf[axis] - 1 - count[axis]!.first;
    const end = count[axis]!.first + count[axis]!.length;
    return { before, after: end - size[axis] };
  });
  const cropped = slice(
    x,
    ([0, 1] as const).map((axis) => ({
      axis: axis + 2,
      start: Math.max(0, -pads[axis]!.before),
      end: size[axis] + Math.min(0, pads[axis]!.after),
    })),
  );
  const { matrix, transposed } = patches(
    cropped,
    reachOf,
    {
      strides: [1, 1],
      pads: [
        Math.max(0, pads[0]!.before),
        Math.max(0, pads[1]!.before),
        Math.max(0, pads[0]!.after),
        Math.max(0, pads[1]!.after),
      ],
      dilations: [1, 1],
      groups: 1,
    },
    tables,
  );
  const [rows, columns] = [count[0]!.length, count[1]!.length];
  const offset = bias && concat(new Array<Value>(sh * sw).fill(bias), 0);
  const product = gemm(matrix, flat, offset, { transposeA: transposed });
  const blocks = reshape(product, [x.shape[0]!, rows, columns, sh, sw, filters!]);
  const laid = reshape(transpose(blocks, [0, 1, 3, 2, 4, 5]), [
    x.shape[0]!,
    rows * sh,
    columns * sw,
    filters!,
  ]);
  const [y, z] = [top - count[0]!.first * sh, left - count[1]!.first * sw];
  return channelsFirst(
    slice(laid, [
      { axis: 1, start: y, end: y + output[0] },
      { axis: 2, start: z, end: z + output[1] },
    ]),
  );
}

/** A value with one axis turned round. */
function reverse(x: Value, axis: number): Value {
  const size = x.shape[axis] as number;
  const places = Int32Array.from({ length: size }, (_, i) => size - 1 - i);
  return size === 1 ? x : gather(x, constant(places, [size], 'int32'), axis);
}

/** Whether the forms above hold; convolutions in groups stay ONNX operators. */
const inOneGroup = ({ groups }: Window) => groups === 1;

function transposed(operation: Operation, tables: Tables): Value | undefined {
  const { window } = windowOf(operation.attributes);
  const [x, weight, bias] = operation.inputs as [Value, Value, Value | undefined];
  const [, filters, height, width] = operation.outputs[0]!.shape as readonly number[];
  const output: Size = [height!, width!];
  const isOne = (pair: Size) => pair[0] === 1 && pair[1] === 1;
  const few = filters! * 4 <= (x.shape[1] as number);
  if (isOne(window.strides) && (few || !isOne(window.dilations))) {
    return shiftedSums(x, weight, bias, window, output);
  }
  if (isOne(window.dilations)) return subPixel(x, weight, bias, window, output, tables);
  return undefined;
}

/** The weight's derivative in groups, which become an axis of a batched product. */
function groupedWeightGradient(
  x: Value,
  dy: Value,
  kernel: Size,
  window: Window,
  tables: Tables,
): Value {
  const { groups } = window;
  const [channels, filters] = [x.shape[1] as number, dy.shape[1] as number];
  const { matrix, transposed: turned } = patches(x, kernel, window, tables);
  const count = kernel[0] * kernel[1];
  const rows = reshape(turned ? transpose(matrix) : matrix, [-1, count, groups, channels / groups]);
  const left = reshape(transpose(rows, [2, 1, 3, 0]), [groups, (count * channels) / groups, -1]);
  const pixels = reshape(channelsLast(dy), [-1, groups, filters / groups]);
  const product = matmul(left, transpose(pixels, [1, 0, 2]));
  const split = reshape(product, [groups, ...kernel, channels / groups, filters / groups]);
  return reshape(transpose(split, [0, 4, 3, 1, 2]), [filters, channels / groups, ...kernel]);
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
      const build = inOneGroup(window) ? weightGradient : groupedWeightGradient;
      return [build(x, dy, kernel, window, tables)];
    },
  };
}
