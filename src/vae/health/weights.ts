import type { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../base/shape.js';
import type { ParameterSpec } from '../../step/index.js';

type Tensors = Readonly<Record<string, Tensor>>;

const valuesOf = (tensors: Tensors, name: string) => tensors[name]!.data as Float32Array;

/** Weights, as distinct from biases and the like: trained, of [out, in, ...kernel]. */
const weightsOf = (specs: readonly ParameterSpec[]) =>
  specs.filter(({ trained, shape }) => trained && shape.length > 1);

/** Initial weights are too large from here on; usual ones give 1 to 1.5. */
const largeGain = 4;

/** Weights whose outputs are `gain` times as large as their inputs. */
export interface LargeWeights {
  readonly name: string;
  /** Root of the weights' mean square, times the root of the number of inputs. */
  readonly gain: number;
}

/**
 * Weights that are too large to start from. Each layer has outputs √n times as large as its n
 * inputs and weights, so that initial weights have a variance of about 1/n (LeCun et al. 1998,
 * §4.6; He et al. 2015, https://arxiv.org/abs/1502.01852, §2.2).
 */
export function largeWeights(specs: readonly ParameterSpec[], initial: Tensors): LargeWeights[] {
  return weightsOf(specs).flatMap(({ name, shape }) => {
    const [out = 1, into = 1, ...kernel] = shape;
    // Transposed convolutions have the two the other way around.
    const inputs = kernel.length > 0 ? Math.min(out, into) * elementCount(kernel) : into;
    const values = valuesOf(initial, name);
    const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    const gain = Math.sqrt(square * inputs);
    return gain > largeGain ? [{ name, gain }] : [];
  });
}

/** Weights whose units are all the same, as they stay when they start so. */
export function alikeWeights(specs: readonly ParameterSpec[], values: Tensors): string[] {
  return weightsOf(specs).flatMap(({ name, shape }) => {
    const weights = valuesOf(values, name);
    const width = weights.length / shape[0]!;
    const alike = shape[0]! > 1 && weights.every((value, i) => value === weights[i % width]);
    return alike ? [name] : [];
  });
}

/** Measures how far the weights are from where they started, as a part of how large they were then. */
export function movedWeights(
  specs: readonly ParameterSpec[],
  initial: Tensors,
  values: Tensors,
): number {
  let [distance, size] = [0, 0];
  for (const { name } of weightsOf(specs)) {
    const [before, after] = [valuesOf(initial, name), valuesOf(values, name)];
    for (let i = 0; i < before.length; i++) {
      distance += (after[i]! - before[i]!) ** 2;
      size += before[i]! ** 2;
    }
  }
  return size === 0 ? Number(distance > 0) : Math.sqrt(distance / size);
}
