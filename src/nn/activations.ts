import { z } from 'zod';
import {
  add,
  div,
  elu,
  erf,
  exp,
  leakyRelu,
  mul,
  relu,
  sigmoid,
  softmax,
  softplus,
  square,
  sub,
  tanh,
  type Value,
  withGradient,
} from '../graph/index.js';

/** x Φ(x) with the exact normal distribution function (Hendrycks and Gimpel 2016, eq. 1) */
function gelu(x: Value): Value {
  const twice = add(erf(div(x, Math.SQRT2)), 1);
  const y = mul(mul(x, 0.5), twice);
  return withGradient(y, [x], (gradient) => {
    const density = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return [mul(gradient, add(mul(twice, 0.5), mul(x, density)))];
  });
}

/** x σ(x) (Elfwing et al. 2018); its derivative is y + σ(x) (1 − y). */
function silu(x: Value): Value {
  const s = sigmoid(x);
  const y = mul(x, s);
  return withGradient(y, [x], (gradient) => [mul(gradient, add(y, mul(s, sub(1, y))))]);
}

const activations = {
  linear: (x: Value) => x,
  relu,
  /** x where positive, else 0.01 x */
  leakyRelu: (x: Value) => leakyRelu(x, 0.01),
  elu,
  gelu,
  silu,
  tanh,
  sigmoid,
  softplus,
  /** Softmax over the channels, axis 1. */
  softmax: (x: Value) => softmax(x, 1),
};

export type ActivationName = keyof typeof activations;

export const activationSchema = z
  .enum(Object.keys(activations) as [ActivationName, ...ActivationName[]])
  .meta({ id: 'activation', description: 'A function of each element.' });

/** The function of that name, applied to each element. */
export function activate(name: ActivationName, x: Value): Value {
  return activations[name](x);
}
