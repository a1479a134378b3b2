/**
 * Pictures and text for people: `pictures/` has one file a picture, over sheets of images, charts and a
 * canvas; tables, numbers and progress lines are for the terminal.
 */
export { type Images, type Sheet, shrunkTensor } from './images.js';
export { type LatentGrid, latentGrid } from './latent-grid.js';
export { latentPicture } from './pictures/latent.js';
export { type LossRow, lossPicture } from './pictures/loss.js';
export { manifoldPicture, manifoldShrink } from './pictures/manifold.js';
export { type QualityPictureOptions, qualityPicture } from './pictures/quality/index.js';
export { reconstructionsPicture, reconstructionsSheet } from './pictures/reconstructions.js';
export { samplesPicture, samplesSheet } from './pictures/samples.js';
export {
  mostSequences,
  sequenceManifoldPicture,
  sequenceReconstructionsPicture,
  sequencesPicture,
} from './pictures/sequences.js';
export { qualityText } from './quality-text.js';
export type { Sequences } from './sequences.js';
