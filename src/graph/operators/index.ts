export {
  conv2d,
  convTranspose2d,
  convWeightGradient,
  unitWindow,
  type Window,
} from './convolution.js';
export * from './elementwise.js';
export * from './matrix.js';
export * from './reduction.js';
export * from './shape.js';
