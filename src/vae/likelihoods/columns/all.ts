/* Every kind of likelihood of a column: a line a file. */
export * from './bernoulli.js';
export * from './categorical.js';
export * from './gaussian.js';
export * from './log-normal.js';
export * from './mixture.js';
export * from './negative-binomial.js';
export * from './poisson.js';
export * from './student-t.js';
export * from './zero-inflated-negative-binomial.js';
