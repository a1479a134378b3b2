/* Every published result: a line a file. */
export * from './importance.js';
export * from './keras.js';
export * from './sprites.js';
export * from './tutorial.js';
export * from './vae.js';
