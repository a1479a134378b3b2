import { logGamma } from '../../base/gamma.js';

/** log of the surface of the unit sphere in d dimensions: 2 π^(d/2) / Γ(d/2). */
export const logSurface = (dimensions: number) =>
  Math.LN2 + (dimensions / 2) * Math.log(Math.PI) - logGamma(dimensions / 2);
