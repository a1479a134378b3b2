import type { Judged } from '../judged.js';
import type { Figure } from './names.js';

/** A measure of a trained model. */
export interface Measure {
  /** The reason why the model or the data has no such number; undefined where it has. */
  lacks(judged: Judged): string | undefined;
  /** The figure, or one for each kind of features. */
  take(judged: Judged): Promise<Figure | Readonly<Record<string, Figure>>>;
}

/** Reasons by which a model or its data lack measures. */
export const lacking = {
  bound: ({ vae }: Judged) => (vae.hasBound ? undefined : 'the model has no bound on log p(x)'),
  points: ({ vae }: Judged) =>
    vae.hasCodes ? 'latents are codes, and no points of a space' : undefined,
  gaussians: ({ vae }: Judged) =>
    vae.hasGaussianPosterior && vae.hasBound ? undefined : 'the model has no Gaussian posterior',
  draws: ({ vae }: Judged) =>
    vae.input.kind === 'table'
      ? 'rows of a table are judged by vaekit quality'
      : vae.hasPrior
        ? undefined
        : 'the model has no prior, and no sampler was fitted',
  labels: (judged: Judged) =>
    lacking.points(judged) ??
    (new Set(Array.from(judged.data.labels ?? [])).size > 1
      ? undefined
      : 'the data has no labels of two classes or more'),
  factors: (judged: Judged) =>
    lacking.points(judged) ??
    (judged.data.factors ? undefined : 'the factors of the data are not known'),
};
