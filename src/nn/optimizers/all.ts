/* Every kind of optimizer: a line a file. */
export * from './adam.js';
export * from './adam-w.js';
export * from './adamax.js';
export * from './lion.js';
export * from './rmsprop.js';
export * from './sgd.js';
