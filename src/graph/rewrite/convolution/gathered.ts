import {
  type ImageSize,
  lanes,
  mostNarrow,
  type PhasePlan,
  type Sweep,
  type Sweeps,
} from '../../../runtime/machine/plan.js';
import { spatialSize, type Window } from '../../operators/convolution.js';
import { gatheredGradient, gatheredProduct, permuted } from '../../operators/machine.js';
import type { Value } from '../../value.js';
import { reshape } from '../folded.js';
import { gradientSweeps, isOne, range, sweepsOf, taps } from './geometry.js';
import * as transposed from './patches.js';

/** Pixels times taps of an image, at the most: each has its place in a table, of 1 MB then. */
const mostPlaces = 1 << 18;

/** Tells whether operators in machine code take what a kernel makes of an image: as long as tables are small. */
const takes = ({ dtype }: Value, { groups }: Window, made: ImageSize, kernel: ImageSize) =>
  dtype === 'float32' && groups === 1 && made[0] * made[1] * kernel[0] * kernel[1] <= mostPlaces;

/** Tells whether a product is faster in machine code: its filters fill a vector, or they are few and its channels do. */
const suits = (channels: number, filters: number) =>
  filters >= lanes || (filters <= mostNarrow && channels % lanes === 0);

/** Axes of a weight, by their places in it. */
interface WeightAxes {
  readonly filters: number;
  readonly channels: number;
}

/**
 * An image with its channels last. One of one channel stays as it is: it lies in memory in the same way, and the runtime
 * takes twenty times as long for 1 − x where x has a last axis of one number.
 */
const channelsLast = (x: Value) => (x.shape[1] === 1 ? x : transposed.channelsLast(x));

/** The same back again. */
const channelsFirst = (x: Value, channels: number) =>
  channels === 1 ? x : transposed.channelsFirst(x);

/**
 * A product in the kind that fits its filters.
 * @param x [batch, channels, height, width]
 * @param weight of three axes, the last of them taps
 */
function product(
  x: Value,
  weight: Value,
  axes: WeightAxes,
  bias: Value | undefined,
  to: ImageSize,
  phases: readonly PhasePlan[],
): Value {
  const tapAxis = 2;
  const sizeOf = (axis: number) => weight.shape[axis] as number;
  const [filters, channels, taps] = [axes.filters, axes.channels, tapAxis].map(sizeOf) as [
    number,
    number,
    number,
  ];
  const from = spatialSize(x, 'conv2d');
  const isNarrow = filters < lanes;
  const order = isNarrow
    ? ([axes.filters, tapAxis, axes.channels] as const)
    : ([tapAxis, axes.channels, axes.filters] as const);
  const y = gatheredProduct(channelsLast(x), permuted(weight, order), bias, {
    kind: isNarrow ? 'narrow' : 'product',
    ...{ channels, filters, taps, from, to, phases },
    ...{ hasBias: bias !== undefined, isRectified: false, isMasked: false },
  });
  return channelsFirst(y, filters);
}

/** A convolution as an operator in machine code; undefined where others are faster. */
export function gatheredConvolution(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  window: Window,
): Value | undefined {
  const [filters, channels] = weight.shape as readonly number[];
  const kernel = spatialSize(weight, 'conv2d');
  const sweeps = sweepsOf(x, kernel, window);
  const to: ImageSize = [sweeps[0].positions, sweeps[1].positions];
  if (!takes(x, window, to, kernel) || !suits(channels!, filters!)) return undefined;
  const count = kernel[0] * kernel[1];
  const phase: PhasePlan = { sweeps, taps: range(count), first: [0, 0], step: [1, 1] };
  const axes = { filters: 0, channels: 1 };
  const flat = reshape(weight, [filters!, channels!, count]);
  return product(x, flat, axes, bias, to, [phase]);
}

/** The rows, or columns, of an output that the same taps of a transposed convolution make. */
interface AxisPhase {
  readonly sweep: Sweep;
  readonly first: number;
  /** The kernel's taps along the axis. */
  readonly taps: readonly number[];
}

/**
 * The phases along an axis. Output o, counted before padding is cut, takes tap t from pixel (o − t) / stride: those
 * that leave the same rest take the same taps. One that no tap reaches reads zeros.
 */
function axisPhases(kernel: number, stride: number, pad: number, output: number): AxisPhase[] {
  return range(Math.min(stride, output)).map((first) => {
    const rest = (first + pad) % stride;
    const own = range(kernel).filter((tap) => tap % stride === rest);
    const positions = Math.ceil((output - first) / stride);
    const start = Math.floor((first + pad) / stride);
    const isEmpty = own.length === 0;
    const sweep: Sweep = {
      positions,
      taps: Math.max(1, own.length),
      start: isEmpty ? -positions : start,
      stride: 1,
      dilation: -1,
    };
    return { sweep, first, taps: isEmpty ? [0] : own };
  });
}

/** A transposed convolution as an operator in machine code; undefined where others are faster. */
export function gatheredTransposed(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  window: Window,
  to: ImageSize,
): Value | undefined {
  const [channels, filters] = weight.shape as readonly number[];
  const kernel = spatialSize(weight, 'convTranspose2d');
  if (!isOne(window.dilations) || !takes(x, window, to, kernel)) return undefined;
  if (!suits(channels!, filters!)) return undefined;
  const along = (axis: 0 | 1) =>
    axisPhases(kernel[axis], window.strides[axis], window.pads[axis], to[axis]);
  const columns = along(1);
  const phases = along(0).flatMap((down) =>
    columns.map((across): PhasePlan => {
      const both = taps([down.taps.length, across.taps.length]);
      return {
        sweeps: [down.sweep, across.sweep],
        taps: both.map(([i, j]) => down.taps[i]! * kernel[1] + across.taps[j]!),
        first: [down.first, across.first],
        step: window.strides,
      };
    }),
  );
  const axes = { channels: 0, filters: 1 };
  const flat = reshape(weight, [channels!, filters!, kernel[0] * kernel[1]]);
  return product(x, flat, axes, bias, to, phases);
}

/** Sums of gathered pixels of x times gradients: [taps, channels, filters]. */
function gradient(x: Value, dy: Value, sweeps: Sweeps): Value {
  return gatheredGradient(channelsLast(x), channelsLast(dy), {
    kind: 'gradient',
    channels: x.shape[1] as number,
    filters: dy.shape[1] as number,
    taps: sweeps[0].taps * sweeps[1].taps,
    from: spatialSize(x, 'convWeightGradient'),
    to: spatialSize(dy, 'convWeightGradient'),
    sweeps,
  });
}

/** The derivative by the weight as an operator in machine code; undefined where others are faster. */
export function gatheredWeightGradient(
  x: Value,
  dy: Value,
  kernel: ImageSize,
  window: Window,
): Value | undefined {
  const [channels, filters] = [x.shape[1] as number, dy.shape[1] as number];
  if (!takes(x, window, spatialSize(x, 'convWeightGradient'), kernel)) return undefined;
  if (filters >= lanes) {
    const byTap = gradient(x, dy, sweepsOf(x, kernel, window));
    return reshape(permuted(byTap, [2, 1, 0]), [filters, channels, ...kernel]);
  }
  if (!isOne(window.strides) || channels < lanes) return undefined;
  // Each pixel meets the gradients around it.
  const byTap = gradient(dy, x, gradientSweeps(x, kernel, window));
  return reshape(permuted(byTap, [1, 2, 0]), [filters, channels, ...kernel]);
}
