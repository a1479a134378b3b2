export * from './elementwise.js';
export * from './matrix.js';
export * from './reduction.js';
export * from './shape.js';
