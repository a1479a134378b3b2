/* Every published result: a line a file. */
export * from './importance.js';
export * from './keras.js';
export * from './priors.js';
export * from './rae.js';
export * from './sprites.js';
export * from './tutorial.js';
export * from './under-85.js';
export * from './vae.js';
