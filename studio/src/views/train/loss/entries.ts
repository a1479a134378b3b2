import { said } from '../../../language/language.js';
import type { Entry } from '../../../ui/terms.js';

/** Terms of losses, and the numbers that weigh them, each with its explanation. */
export const entries = {
  klFromDraws: {
    word: said('Gain of more draws'),
    text: said(
      'Several draws of the latents are weighed by how well they explain the image, which brings the bound nearer to log p(x): it is taken off.',
    ),
  },
  freeKl: {
    word: said('KL above the free nats'),
    text: said(
      'The KL of each latent, but never less than λ nats: below that it costs nothing to say more, so no latent needs to collapse.',
    ),
  },
  distance: {
    word: said('Distance from the capacity'),
    text: said(
      'How far the KL is from the capacity C, which grows as training goes on: the latents may say as much as C, no more and no less.',
    ),
  },
  mmd: {
    word: said('MMD'),
    text: said(
      'The maximum mean discrepancy: how differently the latents of a batch and draws from the prior are spread. 0 when they are spread alike.',
    ),
  },
  information: {
    word: said('Mutual information'),
    text: said('The part of the KL that tells how much the latents say about the image, in nats.'),
  },
  correlation: {
    word: said('Total correlation'),
    text: said(
      'The part of the KL that tells how much the latents say about each other, in nats. A large weight makes them independent.',
    ),
  },
  dimensionKl: {
    word: said('KL of each latent alone'),
    text: said('The part of the KL that tells how far each latent by itself is from the prior.'),
  },
  commitment: {
    word: said('Commitment'),
    text: said(
      'The squared distance of what the encoder gives from the nearest code: it keeps the encoder near the codes.',
    ),
  },
  covariance: {
    word: said('Covariance'),
    text: said(
      'How far the covariance of the latents over a batch is from that of independent latents of variance 1, with its weights.',
    ),
  },
  misled: {
    word: said('Told from the prior'),
    text: said(
      'How surely a second network, the discriminator, tells latents from draws of the prior. Small when it is misled.',
    ),
  },
  size: {
    word: said('Size of the latents'),
    text: said('Half of the mean squared length of the latents: it holds them near 0.'),
  },
  sizeWeight: {
    word: said('β'),
    text: said('The weight of the size of the latents.'),
  },
  smoothness: {
    word: said('Roughness of the decoder'),
    text: said(
      'What keeps the decoder smooth: the squares of its weights, or of its slope along the latents.',
    ),
  },
  others: {
    word: said('Other terms'),
    text: said('All else in the loss.'),
  },
  beta: {
    word: said('β'),
    text: said(
      'The weight of the KL. With 1 the loss is a bound on log p(x); with more the latents say less about an image and are nearer to the prior, with less they say more.',
    ),
  },
  commitmentWeight: {
    word: said('β'),
    text: said('The weight of the commitment.'),
  },
  lambda: {
    word: said('λ'),
    text: said('The weight of this term.'),
  },
  gamma: {
    word: said('γ'),
    text: said('The weight of this term.'),
  },
  alpha: {
    word: said('α'),
    text: said('The weight of the mutual information.'),
  },
  correlationWeight: {
    word: said('β'),
    text: said('The weight of the total correlation.'),
  },
  oneLessAlpha: {
    word: said('1 − α'),
    text: said('The weight of the KL: the more mutual information is wanted, the smaller it is.'),
  },
  discrepancyWeight: {
    word: said('α + λ − 1'),
    text: said('The weight of this term.'),
  },
} as const satisfies Readonly<Record<string, Entry>>;
