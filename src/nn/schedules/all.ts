/* Every kind of schedule: a line a file. */
export * from './constant.js';
export * from './cosine.js';
export * from './cyclical.js';
export * from './exponential.js';
export * from './linear.js';
export * from './multi-step.js';
export * from './on-plateau.js';
export * from './step.js';
