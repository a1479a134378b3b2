export { type Dataset, fromArray, readRange, type TensorDataset } from './dataset.js';
export { fashionMnist } from './fashion-mnist.js';
export type { OpenedData, Skipped } from './formats/format.js';
export { fromImages, type LabelledImage } from './from-images.js';
export { type IdxSource, idxDataset } from './idx-dataset.js';
export { mnist } from './mnist.js';
export { type OpenOptions, openDataset } from './open.js';
export type { PublishedOptions, Splits } from './published.js';
export { split, subset } from './split.js';
