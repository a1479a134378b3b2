export { type Images, mostOnSheet, shrinkFor, shrunkTensor } from './images.js';
export { type LatentGrid, latentGrid } from './latent-grid.js';
export { latentPicture } from './pictures/latent.js';
export { type LossRow, lossPicture } from './pictures/loss.js';
export { manifoldPicture } from './pictures/manifold.js';
export { reconstructionsPicture } from './pictures/reconstructions.js';
export { samplesPicture } from './pictures/samples.js';
