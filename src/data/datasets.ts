export { fromArray } from './dataset.js';
export { fashionMnist } from './fashion-mnist.js';
export { type IdxSource, idxDataset } from './idx-dataset.js';
export { mnist } from './mnist.js';
export { openDataset } from './open.js';
export type { PublishedOptions, Splits } from './published.js';
