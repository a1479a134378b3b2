import { said } from '../../../language/language.js';
import type { OptionValues } from '../../../train/settings.js';

/** A run of an experiment. */
interface PlannedRun {
  readonly title: string;
  readonly settings: OptionValues;
  /** The kind of the objective, where it is not the usual one. */
  readonly objective?: string;
}

/** Runs that differ in one thing, with a question that they answer. */
export interface Experiment {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly runs: readonly PlannedRun[];
  /** The view that it ends in. */
  readonly ends: 'train' | 'explore' | 'compare';
  readonly question: string;
  readonly answer: string;
}

export const experiments: readonly Experiment[] = [
  {
    name: 'beta',
    title: said('β = 0, 1 and 10'),
    text: said('The same network three times; only the weight β of the KL term differs.'),
    runs: [0, 1, 10].map((beta) => ({ title: `β = ${beta}`, settings: { latent: 2, beta } })),
    ends: 'compare',
    question: said(
      'Which run makes its images again best, and which would you draw new images from?',
    ),
    answer: said(
      'Without a KL term (β = 0) reconstruction is best, but the latents lie anywhere, so nobody knows where to draw from. With β = 10 the latents follow the prior and say little: images are blurred. β = 1, the evidence lower bound, lies between: see its map.',
    ),
  },
  {
    name: 'latents',
    title: said('2 against 20 latents'),
    text: said('The same layers with two latents, which make a map, and with twenty.'),
    runs: [2, 20].map((latent) => ({ title: `z: ${latent}`, settings: { latent, beta: 1 } })),
    ends: 'compare',
    question: said('How much better are reconstructions with 20 latents, and what do they cost?'),
    answer: said(
      'Twenty latents carry several times as many nats, so reconstruction is much better and images are sharp; KL is larger, yet the loss is smaller in all. But there is no map any more that shows everything at once, and some latents may stay unused.',
    ),
  },
  {
    name: 'collapse',
    title: said('Collapse'),
    text: said('Sixteen latents with β = 30: watch the KL of each latent while it trains.'),
    runs: [{ title: 'β = 30', settings: { latent: 16, beta: 30 } }],
    ends: 'train',
    question: said('How many of the 16 latents does the model use in the end?'),
    answer: said(
      'Few or none: the bars “KL of each latent” show it. A nat of information costs 30, more than it saves in reconstruction, so the encoder answers with the prior, and the decoder draws the mean image. A smaller β, or one that grows from 0, helps.',
    ),
  },
  {
    name: 'autoencoder',
    title: said('Autoencoder against VAE'),
    text: said('The same network without noise and KL term, and with them.'),
    runs: [
      { title: said('autoencoder'), settings: { latent: 2 }, objective: 'autoencoder' },
      { title: 'VAE', settings: { latent: 2, beta: 1 } },
    ],
    ends: 'explore',
    question: said('This is the map of the autoencoder. Where would you draw a new image?'),
    answer: said(
      'Nothing tells: the points lie where training happened to put them, and what lies between them need not look like an image. Open the map of the VAE: its points fill a round cloud about 0, and a draw from that cloud is a new image.',
    ),
  },
];
