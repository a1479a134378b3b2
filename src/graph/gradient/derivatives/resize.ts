import { averagePool2d, mul } from '../../operators/index.js';
import { constants, type Derivative, type Derivatives, whole } from './derivative.js';

/** Nearest neighbours: each pixel gathers the gradient of its copies. */
const resizeDerivative: Derivative = (g, { inputs }, y) => {
  const [, , height, width] = constants(inputs[2]) as [number, number, number, number];
  const kernel = [height, width] as const;
  const mean = averagePool2d(whole(g, y), { kernel, strides: kernel, pads: [0, 0, 0, 0] });
  return [mul(mean, height * width)];
};

/** Derivatives of upsampling. */
export const resizeDerivatives: Derivatives = {
  Resize: resizeDerivative,
};
