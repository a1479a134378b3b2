import { z } from 'zod';
import {
  add,
  div,
  erf,
  exp,
  maximum,
  minimum,
  mul,
  relu,
  sigmoid,
  softmax,
  softplus,
  sub,
  tanh,
  type Value,
} from '../graph/index.js';

const activations = {
  linear: (x: Value) => x,
  relu,
  /** x where positive, else 0.01 x */
  leakyRelu: (x: Value) => maximum(x, mul(x, 0.01)),
  /** x where positive, else exp(x) − 1 (Clevert et al. 2016, eq. 13) */
  elu: (x: Value) => add(relu(x), sub(exp(minimum(x, 0)), 1)),
  /** x Φ(x) with the exact normal distribution function (Hendrycks and Gimpel 2016, eq. 1) */
  gelu: (x: Value) => mul(mul(x, 0.5), add(erf(div(x, Math.SQRT2)), 1)),
  /** x σ(x) (Elfwing et al. 2018) */
  silu: (x: Value) => mul(x, sigmoid(x)),
  tanh,
  sigmoid,
  softplus,
  /** Over the channels, axis 1. */
  softmax: (x: Value) => softmax(x, 1),
};

export type ActivationName = keyof typeof activations;

export const activationSchema = z.enum(
  Object.keys(activations) as [ActivationName, ...ActivationName[]],
);

/** The function of that name, applied to each element. */
export function activate(name: ActivationName, x: Value): Value {
  return activations[name](x);
}
