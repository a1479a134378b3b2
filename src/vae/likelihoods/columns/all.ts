/* Every kind of likelihood of a column: a line a file. */
export * from './bernoulli.js';
export * from './categorical.js';
export * from './gaussian.js';
export * from './mixture.js';
