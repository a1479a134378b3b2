/* Every kind of sampler: a line a file. */
export * from './codebook.js';
export * from './gaussian.js';
export * from './gaussian-mixture.js';
export * from './hypersphere.js';
export * from './iaf.js';
export * from './maf.js';
export * from './pixel-cnn.js';
export * from './poincare-disk.js';
export * from './riemannian.js';
export * from './standard-normal.js';
export * from './two-stage.js';
export * from './vamp-prior.js';
