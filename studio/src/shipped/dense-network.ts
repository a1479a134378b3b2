import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../../src/base/errors.js';

/** A dense layer as `config.json` has it; a reshape changes no value and is left out. */
interface LayerConfig {
  readonly type: string;
  readonly activation?: string;
}

/** A layer's weights, [units, inputs], and its biases. */
interface Dense {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly activation: string;
}

const activations: Readonly<Record<string, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
};

/**
 * A small network of dense layers that the page computes by itself, between two frames and before any
 * runtime is loaded; so the values of all its layers are at hand too.
 */
export class DenseNetwork {
  private constructor(private readonly layers: readonly Dense[]) {}

  /**
   * @param path of its parameters: `encoder` for `encoder.0.weight` and the like
   * @throws UserError when it has layers that are not dense
   */
  static of(
    path: string,
    layers: readonly LayerConfig[],
    parameters: Readonly<Record<string, Tensor>>,
  ): DenseNetwork {
    const dense = layers.flatMap(({ type, activation = 'linear' }, i) => {
      if (type === 'reshape') return [];
      if (type !== 'dense' || !Object.hasOwn(activations, activation)) {
        throw new UserError(`${path}.${i}: the page cannot compute ${type} (${activation}).`);
      }
      return [denseAt(`${path}.${i}`, parameters, activation)];
    });
    return new DenseNetwork(dense);
  }

  /** A single layer without an activation, such as `mean`. */
  static head(path: string, parameters: Readonly<Record<string, Tensor>>): DenseNetwork {
    return new DenseNetwork([denseAt(path, parameters, 'linear')]);
  }

  /** The values of every layer for one input. */
  run(input: Float32Array): readonly Float32Array[] {
    let x = input;
    return this.layers.map((layer) => {
      x = applied(layer, x);
      return x;
    });
  }
}

function denseAt(
  path: string,
  parameters: Readonly<Record<string, Tensor>>,
  activation: string,
): Dense {
  const values = (name: string) => parameters[`${path}.${name}`]!.data as Float32Array;
  return { weight: values('weight'), bias: values('bias'), activation };
}

function applied({ weight, bias, activation }: Dense, input: Float32Array): Float32Array {
  // Most pixels of a digit are black, and half of the units of a ReLU layer are off.
  const on = Array.from(input.keys()).filter((i) => input[i] !== 0);
  return bias.map((start, unit) => {
    const row = unit * input.length;
    let sum = start;
    for (const i of on) sum += input[i]! * weight[row + i]!;
    return activations[activation]!(sum);
  });
}
