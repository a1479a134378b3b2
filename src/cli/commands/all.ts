/* Every command of the command line: a line a file. */
export * from './encode.js';
export * from './evaluate.js';
export * from './export.js';
export * from './impute.js';
export * from './info.js';
export * from './init.js';
export * from './inspect.js';
export * from './judge.js';
export * from './quality.js';
export * from './reconstruct.js';
export * from './reproduce.js';
export * from './sample.js';
export * from './score.js';
export * from './studio.js';
export * from './sweep.js';
export * from './track.js';
export * from './train.js';
