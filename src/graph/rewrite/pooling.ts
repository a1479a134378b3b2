import { spatialSize } from '../operators/convolution.js';
import {
  cast,
  concat,
  equal,
  full,
  gather,
  maximum,
  mul,
  scatterAdd,
  sub,
} from '../operators/index.js';
import { type PoolWindow, poolWindowOf } from '../operators/pooling.js';
import { checkConstantSize, constant, type Operation, Value } from '../value.js';
import { reshape, transpose } from './folded.js';
import type { Rules } from './rewrite.js';

/*
 * The largest pixel of each window, and where its gradient goes. ONNX Runtime needs six times as
 * long for the maximum when it also has to say where that was. Here it is taken tap by tap, for all
 * windows at once, and the gradient goes to the first tap that equals it. Images are laid out with
 * their channels last, as around convolutions, so that a pixel is a row, gathered by a table. Where
 * windows overlap, this takes sums that cost as much as it saves.
 */

/** Below this many channels a pixel's row is too short to gather. */
const fewChannels = 8;

/** Number of taps beyond which an operator for each costs more than the runtime's search. */
const mostTaps = 16;

interface Tables {
  /** Pixel that each window has at each tap; one behind the image's last for padding. */
  readonly pixels: readonly Int32Array[];
  /** Window of each pixel, counted on from tap to tap; one behind the last for none. */
  readonly windows: Int32Array;
}

function tablesOf(x: Value, y: Value, { kernel, strides, pads }: PoolWindow): Tables {
  const [height, width] = spatialSize(x, 'maxPool2d');
  const [rows, columns] = spatialSize(y, 'maxPool2d');
  const [size, count] = [height * width, rows * columns];
  const taps = kernel[0] * kernel[1];
  checkConstantSize(taps * count);
  const pixels = Array.from({ length: taps }, () => new Int32Array(count).fill(size));
  const windows = new Int32Array(size).fill(taps * count);
  pixels.forEach((table, tap) => {
    const [i, j] = [Math.floor(tap / kernel[1]), tap % kernel[1]];
    for (let window = 0; window < count; window++) {
      const down = Math.floor(window / columns) * strides[0] - pads[0] + i;
      const across = (window % columns) * strides[1] - pads[1] + j;
      if (down < 0 || down >= height || across < 0 || across >= width) continue;
      const pixel = down * width + across;
      table[window] = pixel;
      windows[pixel] = tap * count + window;
    }
  });
  return { pixels, windows };
}

/** [batch, channels, height, width] as [batch, pixels, channels], and back. */
const asRows = (x: Value) =>
  reshape(transpose(x, [0, 2, 3, 1]), [x.shape[0]!, -1, x.shape[1] as number]);
const asImage = (rows: Value, [height, width]: readonly [number, number]) => {
  const [batch, , channels] = rows.shape;
  return transpose(reshape(rows, [batch!, height, width, channels!]), [0, 3, 1, 2]);
};

/**
 * Rows by tables of places.
 * @param images [batch, rows, channels] each, counted on from one to the next
 * @param other the number that the row behind the last holds
 */
function gathered(images: readonly Value[], tables: readonly Value[], other: number): Value[] {
  const { dtype, shape } = images[0]!;
  const count = images.reduce((sum, image) => sum + (image.shape[1] as number), 0);
  const isWhole = tables.every(({ operation }) =>
    (operation.numbers as Int32Array).every((place) => place < count),
  );
  const all = isWhole ? images : [...images, full(other, [shape[0]!, 1, shape[2]!], dtype)];
  const rows = concat(all, 1);
  return tables.map((table) => gather(rows, table, 1));
}

/** The gradient of each tap: all of it where the tap is the first to equal the maximum. */
function shares(taps: readonly Value[], largest: Value, gradient: Value): Value[] {
  let left = gradient;
  return taps.map((tap, i) => {
    if (i === taps.length - 1) return left;
    const share = mul(left, cast(equal(tap, largest), left.dtype));
    left = sub(left, share);
    return share;
  });
}

const areApart = ({ kernel, strides }: PoolWindow) =>
  kernel.every((size, axis) => size <= strides[axis]!);

/** The image that was pooled to find the places, where it is worth to go tap by tap. */
function tapped({ type, inputs }: Operation, window: PoolWindow): Value | undefined {
  const x = type === 'MaxPool' ? inputs[0] : undefined;
  const few = (x?.shape[1] as number) < fewChannels;
  const many = window.kernel[0] * window.kernel[1] > mostTaps;
  return few || many || !areApart(window) ? undefined : x;
}

/**
 * `maxUnpool2d` where ONNX Runtime lacks it: for doubles, for windows that overlap, and for padding,
 * with which it refuses some shapes.
 */
function scattered({ inputs, outputs }: Operation): Value {
  const [values, places] = inputs as [Value, Value];
  const { dtype, shape } = outputs[0]!;
  const zeros = reshape(full(0, shape, dtype), [-1]);
  return reshape(scatterAdd(zeros, reshape(places, [-1]), reshape(values, [-1]), 0), shape);
}

/** The largest pixels and their gradients by operators that are quick. */
export function poolingRules(): Rules {
  // Equal tables are one constant, so that equal rows are gathered once.
  const known = new Map<string, { readonly pixels: Value[]; readonly windows: Value }>();
  const constants = (x: Value, y: Value, window: PoolWindow) => {
    const key = JSON.stringify([window, x.shape.slice(2)]);
    const same = known.get(key);
    if (same) return same;
    const { pixels, windows } = tablesOf(x, y, window);
    const value = (table: Int32Array) => constant(table, [table.length], 'int32');
    const tables = { pixels: pixels.map(value), windows: value(windows) };
    known.set(key, tables);
    return tables;
  };
  return {
    MaxPool: (operation) => {
      const window = poolWindowOf(operation.attributes);
      const x = tapped(operation, window);
      if (!x) return undefined;
      const y = new Value(operation);
      const taps = gathered([asRows(x)], constants(x, y, window).pixels, Number.NEGATIVE_INFINITY);
      const largest = asImage(taps.reduce(maximum), spatialSize(y, 'maxPool2d'));
      // Second derivatives take the places from the runtime's operator.
      return [largest, new Value(operation, 1)];
    },
    MaxUnpool: (operation) => {
      const [values, places] = operation.inputs as [Value, Value];
      const window = poolWindowOf(operation.attributes);
      const x = tapped(places.operation, window);
      if (x) {
        const { pixels, windows } = constants(x, values, window);
        const taps = gathered([asRows(x)], pixels, Number.NEGATIVE_INFINITY);
        const each = shares(taps, taps.reduce(maximum), asRows(values));
        return [asImage(gathered(each, [windows], 0)[0]!, spatialSize(x, 'maxPool2d'))];
      }
      const isPadded = window.pads.some((count) => count > 0);
      const isOnnx = areApart(window) && !isPadded && values.dtype === 'float32';
      return isOnnx ? undefined : [scattered(operation)];
    },
  };
}
