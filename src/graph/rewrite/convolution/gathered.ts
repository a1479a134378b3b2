import type { GatherPlan, ImageSize, PhasePlan, Sweep, Sweeps } from '../../../runtime/machine/plan.js';
import { spatialSize, type Window } from '../../operators/convolution.js';
import { gatheredGradient, gatheredProduct } from '../../operators/gathered.js';
import type { Value } from '../../value.js';
import { reshape, transpose } from '../folded.js';
import { isOne, range, sweepsOf, taps } from './geometry.js';
import { channelsFirst, channelsLast } from './patches.js';

/** Filters from which on an operator in machine code is the faster one: a vector has as many. */
const leastFilters = 16;

const suits = (filters: number, { dtype }: Value, { groups }: Window) =>
  dtype === 'float32' && groups === 1 && filters >= leastFilters;

/**
 * [a, b, c] as [c, b, a]: by two transposes, each of which moves one axis past others, as the runtime is slow at any
 * other.
 */
function reversed(x: Value): Value {
  const [a, b, c] = x.shape as readonly number[];
  const turned = transpose(reshape(x, [a!, b! * c!]));
  return transpose(reshape(turned, [b!, c!, a!]), [1, 0, 2]);
}

/** The same the other way round. */
function reversedBack(x: Value): Value {
  const [a, b, c] = x.shape as readonly number[];
  return reshape(transpose(reshape(transpose(x, [1, 0, 2]), [b! * a!, c!])), [c!, b!, a!]);
}

/** The plan of an operator that reads an image in sweeps. */
function planOver(
  kind: GatherPlan['kind'],
  x: Value,
  sweeps: Sweeps,
  filters: number,
  hasBias = false,
): GatherPlan {
  const count = sweeps[0].taps * sweeps[1].taps;
  const phase: PhasePlan = { sweeps, taps: range(count), first: [0, 0], step: [1, 1] };
  return {
    kind,
    channels: x.shape[1] as number,
    filters,
    taps: count,
    from: spatialSize(x, 'conv2d'),
    to: [sweeps[0].positions, sweeps[1].positions],
    phases: [phase],
    hasBias,
    isRectified: false,
    isMasked: false,
  };
}

/** A convolution as an operator in machine code; undefined where others are faster. */
export function gatheredConvolution(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  window: Window,
): Value | undefined {
  const [filters, channels] = weight.shape as readonly number[];
  if (!suits(filters!, x, window)) return undefined;
  const kernel = spatialSize(weight, 'conv2d');
  const plan = planOver('product', x, sweepsOf(x, kernel, window), filters!, bias !== undefined);
  const byTap = reversed(reshape(weight, [filters!, channels!, kernel[0] * kernel[1]]));
  return channelsFirst(gatheredProduct(channelsLast(x), byTap, bias, plan));
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
  if (!isOne(window.dilations) || !suits(filters!, x, window)) return undefined;
  const kernel = spatialSize(weight, 'convTranspose2d');
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
  const byTap = transpose(reshape(weight, [channels!, filters!, -1]), [2, 0, 1]);
  const y = gatheredProduct(channelsLast(x), byTap, bias, {
    kind: 'product',
    channels: channels!,
    filters: filters!,
    taps: kernel[0] * kernel[1],
    from: spatialSize(x, 'convTranspose2d'),
    to,
    phases,
    hasBias: bias !== undefined,
    isRectified: false,
    isMasked: false,
  });
  return channelsFirst(y);
}

/** The derivative by the weight as an operator in machine code; undefined where others are faster. */
export function gatheredWeightGradient(
  x: Value,
  dy: Value,
  kernel: ImageSize,
  window: Window,
): Value | undefined {
  const [channels, filters] = [x.shape[1] as number, dy.shape[1] as number];
  if (suits(filters, x, window)) {
    const plan = planOver('gradient', x, sweepsOf(x, kernel, window), filters);
    const byTap = gatheredGradient(channelsLast(x), channelsLast(dy), plan);
    return reshape(reversedBack(byTap), [filters, channels, ...kernel]);
  }
  if (!isOne(window.strides) || !suits(channels, x, window)) return undefined;
  // Each pixel meets the gradients around it.
  const size = spatialSize(x, 'conv2d');
  const along = (axis: 0 | 1): Sweep => ({
    positions: size[axis],
    taps: kernel[axis],
    start: window.pads[axis],
    stride: 1,
    dilation: -window.dilations[axis],
  });
  const plan = planOver('gradient', dy, [along(0), along(1)], channels);
  const byTap = reversedBack(gatheredGradient(channelsLast(dy), channelsLast(x), plan));
  return reshape(transpose(byTap, [1, 0, 2]), [filters, channels, ...kernel]);
}
