/* Every kind of likelihood: a line a file. */
export * from './bernoulli.js';
export * from './categorical.js';
export * from './continuous-bernoulli.js';
export * from './discretized-logistic.js';
export * from './gaussian.js';
export * from './laplace.js';
export * from './ms-ssim.js';
export * from './mse.js';
export * from './table.js';
