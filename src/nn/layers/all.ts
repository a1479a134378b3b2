/* Every kind of layer: a line a file. */
export * from './activation.js';
export * from './attention.js';
export * from './batch-norm.js';
export * from './convolution.js';
export * from './dense.js';
export * from './dropout.js';
export * from './gated-dense.js';
export * from './group-norm.js';
export * from './layer-norm.js';
export * from './masked-conv2d.js';
export * from './pooling.js';
export * from './residual.js';
export * from './shape.js';
export * from './upsample.js';
