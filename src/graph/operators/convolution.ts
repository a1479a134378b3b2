import { UserError } from '../../base/errors.js';
import {
  apply,
  type Dimension,
  formatShape,
  requireDType,
  requireSameDType,
  type Value,
} from '../value.js';

/** Describes how a kernel moves over an image; pairs are [height, width]. */
export interface Window {
  readonly strides: readonly [number, number];
  /** Zeros put around the image: [top, left, bottom, right]. */
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
  /** Channels are cut into so many groups that do not see each other. */
  readonly groups: number;
}

/** A kernel that visits every pixel once. */
export const unitWindow: Window = {
  strides: [1, 1],
  pads: [0, 0, 0, 0],
  dilations: [1, 1],
  groups: 1,
};

/** Measures how far a dilated kernel reaches along an axis (0 height, 1 width). */
function reach(kernel: readonly number[], window: Window, axis: 0 | 1): number {
  return window.dilations[axis] * (kernel[axis]! - 1) + 1;
}

/** Height and width of an image [n, channels, height, width]. @throws UserError when symbolic */
export function spatialSize(x: Value, what: string): [number, number] {
  const [, , height, width] = x.shape;
  if (x.shape.length !== 4 || typeof height !== 'number' || typeof width !== 'number') {
    throw new UserError(
      `${what} takes images [batch, channels, height, width], not ${formatShape(x.shape)}. Use reshape() first.`,
    );
  }
  return [height, width];
}

function channels(x: Value, axis: number, what: string): number {
  const size = x.shape[axis];
  if (typeof size !== 'number') {
    throw new UserError(`${what}: axis ${axis} of ${formatShape(x.shape)} has no static size.`);
  }
  return size;
}

function attributes({ strides, pads, dilations, groups }: Window, kernel: readonly number[]) {
  return { kernel_shape: kernel, strides, pads, dilations, group: groups };
}

function kernelOf(weight: Value, what: string): [number, number] {
  return spatialSize(weight, `${what}'s weight`);
}

/** Size of a convolution's output along an axis. */
export function convolvedSize(
  size: number,
  kernel: readonly number[],
  window: Window,
  axis: 0 | 1,
): number {
  const padded = size + window.pads[axis]! + window.pads[axis + 2]!;
  return Math.floor((padded - reach(kernel, window, axis)) / window.strides[axis]) + 1;
}

/** Size of a transposed convolution's output along an axis, without output padding. */
export function transposedSize(
  size: number,
  kernel: readonly number[],
  window: Window,
  axis: 0 | 1,
): number {
  const cut = window.pads[axis]! + window.pads[axis + 2]!;
  return (size - 1) * window.strides[axis] + reach(kernel, window, axis) - cut;
}

/**
 * Convolution (cross-correlation, as in every framework).
 * @param x [batch, channels, height, width]
 * @param weight [filters, channels / groups, kernelHeight, kernelWidth]
 * @param bias [filters]
 * @returns [batch, filters, height', width']
 * @throws UserError when shapes do not fit
 */
export function conv2d(x: Value, weight: Value, bias: Value | undefined, window: Window): Value {
  requireDType(x, 'floating-point values', 'conv2d');
  requireSameDType(x, weight, 'conv2d');
  const size = spatialSize(x, 'conv2d');
  const kernel = kernelOf(weight, 'conv2d');
  const [into, perGroup] = [channels(x, 1, 'conv2d'), channels(weight, 1, 'conv2d')];
  const filters = channels(weight, 0, 'conv2d');
  if (into !== perGroup * window.groups || filters % window.groups !== 0) {
    throw new UserError(
      `conv2d: an image ${formatShape(x.shape)} and a weight ${formatShape(weight.shape)} in ${window.groups} groups do not fit.`,
    );
  }
  const output = ([0, 1] as const).map((axis) => convolvedSize(size[axis], kernel, window, axis));
  if (output.some((each) => each < 1)) {
    throw new UserError(
      `conv2d: a kernel [${kernel.join(', ')}] does not fit into an image ${formatShape(x.shape)}. Use a smaller kernel or padding.`,
    );
  }
  const shape: Dimension[] = [x.shape[0]!, filters, ...output];
  const inputs = bias ? [x, weight, bias] : [x, weight];
  return apply('Conv', inputs, { dtype: x.dtype, shape }, attributes(window, kernel));
}

/**
 * Transposed convolution: the derivative of `conv2d` by its image, as an operator of its own.
 * @param x [batch, channels, height, width]
 * @param weight [channels, filters / groups, kernelHeight, kernelWidth]
 * @param bias [filters]
 * @param outputPadding rows and columns added to the output's end: [height, width]
 * @returns [batch, filters, height', width']
 * @throws UserError when shapes do not fit
 */
export function convTranspose2d(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  window: Window,
  outputPadding: readonly [number, number] = [0, 0],
): Value {
  requireDType(x, 'floating-point values', 'convTranspose2d');
  requireSameDType(x, weight, 'convTranspose2d');
  const size = spatialSize(x, 'convTranspose2d');
  const kernel = kernelOf(weight, 'convTranspose2d');
  const into = channels(x, 1, 'convTranspose2d');
  if (into !== channels(weight, 0, 'convTranspose2d') || into % window.groups !== 0) {
    throw new UserError(
      `convTranspose2d: an image ${formatShape(x.shape)} and a weight ${formatShape(weight.shape)} in ${window.groups} groups do not fit.`,
    );
  }
  if (([0, 1] as const).some((axis) => outputPadding[axis] >= window.strides[axis])) {
    throw new UserError(
      `convTranspose2d: an output padding of [${outputPadding.join(', ')}] must be smaller than the strides [${window.strides.join(', ')}].`,
    );
  }
  const output = ([0, 1] as const).map(
    (axis) => transposedSize(size[axis], kernel, window, axis) + outputPadding[axis],
  );
  if (output.some((each) => each < 1)) {
    throw new UserError(
      `convTranspose2d: an image ${formatShape(x.shape)} and a kernel [${kernel.join(', ')}] leave no output. Use less padding.`,
    );
  }
  const filters = channels(weight, 1, 'convTranspose2d') * window.groups;
  const inputs = bias ? [x, weight, bias] : [x, weight];
  return apply(
    'ConvTranspose',
    inputs,
    { dtype: x.dtype, shape: [x.shape[0]!, filters, ...output] },
    { ...attributes(window, kernel), output_padding: outputPadding },
  );
}

/**
 * The derivative of `conv2d` by its weight.
 * @param x the image [batch, channels, height, width]
 * @param gradient of the output [batch, filters, height', width']
 * @returns [filters, channels / groups, kernelHeight, kernelWidth]
 */
export function convWeightGradient(
  x: Value,
  gradient: Value,
  kernel: readonly number[],
  window: Window,
): Value {
  requireDType(x, 'floating-point values', 'convWeightGradient');
  const into = channels(x, 1, 'convWeightGradient') / window.groups;
  const filters = channels(gradient, 1, 'convWeightGradient');
  return apply(
    'ConvWeightGradient',
    [x, gradient],
    { dtype: x.dtype, shape: [filters, into, ...kernel] },
    attributes(window, kernel),
  );
}

/** The window that an operation's attributes describe, and its kernel's size. */
export function windowOf(attributes: Readonly<Record<string, unknown>>): {
  kernel: [number, number];
  window: Window;
} {
  return {
    kernel: attributes.kernel_shape as [number, number],
    window: {
      strides: attributes.strides as Window['strides'],
      pads: attributes.pads as Window['pads'],
      dilations: attributes.dilations as Window['dilations'],
      groups: attributes.group as number,
    },
  };
}
