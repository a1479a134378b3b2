/* Every measure: a line a file. Names, titles and units are in names.ts. */
export * from './classes.js';
export * from './drawn.js';
export * from './factors.js';
export * from './likelihood.js';
export * from './reconstruction.js';
