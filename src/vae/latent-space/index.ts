/**
 * Geometry of latents: planes through them, and paths between them.
 */
export { latentPath, type PathKind } from './path.js';
export {
  axesPlane,
  type Ellipse,
  type LatentPlane,
  latentsAt,
  placeOn,
  placesOn,
  planeThrough,
  pointsOnWidestPlane,
  posteriorEllipse,
  principalPlane,
} from './plane.js';
export { type PrincipalComponents, principalComponents } from './principal-components.js';
