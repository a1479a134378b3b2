import { said } from '../language/language.js';
import { optionTerm } from '../train/fields.js';

/** A word and its explanation, in English. */
export interface Entry {
  readonly word: string;
  readonly text: string;
  /** Words beside the explanation. */
  readonly note?: string;
}

/** The words of the field that the page uses, explained in a sentence or two. */
const terms = {
  latent: optionTerm('latent'),
  likelihood: optionTerm('likelihood'),
  vae: {
    word: said('VAE'),
    text: said(
      'A variational autoencoder: one network turns an image into a few numbers, another turns such numbers back into an image.',
    ),
  },
  loss: {
    word: said('Loss'),
    text: said(
      'The number that training makes small, for one image: reconstruction error plus the weighed KL term.',
    ),
  },
  reconstruction: {
    word: said('Reconstruction'),
    text: said(
      'The error of the image that the decoder draws from the latents, in nats; smaller is better.',
    ),
  },
  kl: {
    word: said('KL'),
    text: said(
      'How much the latents say about an image: the Kullback–Leibler divergence of its posterior from the prior, in nats.',
    ),
  },
  validation: {
    word: said('Validation'),
    text: said(
      'The same loss on images that the model is not trained on. It tells how well the model does on new images.',
    ),
  },
  nats: {
    word: said('nats'),
    text: said('The unit of information with the natural logarithm: 1 nat is 1.44 bits.'),
  },
  elbo: {
    word: said('ELBO'),
    text: said(
      'The evidence lower bound: a bound from below on log p(x), how probable the model finds an image. Higher is better.',
    ),
  },
  squaredError: {
    word: said('Squared error'),
    text: said(
      'The mean over the values of an image, each from 0 to 1, of the squared distance to its reconstruction. It has no unit; 0 is perfect.',
    ),
  },
  components: {
    word: said('Principal components'),
    text: said(
      'The directions in which the latents of the images vary most, with the share of the variance that each has.',
    ),
  },
  arc: {
    word: said('Arc'),
    text: said(
      'Straight goes through the middle of the latents. With many latents few images lie there: an arc keeps the distance (White 2016).',
    ),
  },
  prior: {
    word: said('Prior'),
    text: said(
      'How latents are spread when nothing is known of the image: a standard normal distribution.',
    ),
  },
  posterior: {
    word: said('Posterior'),
    text: said('The answer of the encoder for an image: for every latent a mean and a variance.'),
  },
  collapsed: {
    word: said('Collapsed'),
    text: said(
      'A latent that says less than 0.01 nats about any image: the model does not use it.',
    ),
  },
  epoch: {
    word: said('Epoch'),
    text: said('One pass over all training images.'),
  },
  parameters: {
    word: said('Parameters'),
    text: said('The numbers that training changes: the weights and biases of the layers.'),
  },
  hidden: {
    word: said('Hidden units'),
    text: said(
      'The units of each dense layer between the image and the latents. More of them can tell more images apart, and take longer.',
    ),
  },
  data: {
    word: said('Data'),
    text: said('The images or rows to learn from. They stay on this machine.'),
  },
  step: {
    word: said('Step'),
    text: said('One change of the parameters, by one batch of images. Here: how long one takes.'),
  },
  timeLeft: {
    word: said('Time left'),
    text: said('How long the steps that are left will take, if they go on as they do.'),
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type TermName = keyof typeof terms;

/** A word of the field by its name, or with its explanation at hand. */
export const entryOf = (term: TermName | Entry): Entry =>
  typeof term === 'string' ? terms[term] : term;
