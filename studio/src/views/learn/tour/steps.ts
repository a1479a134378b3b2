import { said, t } from '../../../language/language.js';
import type { ShippedName } from '../../../runs/shipped.js';
import type { ShippedModel } from '../../../shipped/model.js';
import { tickText } from '../../../ui/number.js';
import { type Deeds, digit, encoded, epsilon, model, nearby, sigma, z } from '../play.js';

/** A step of the tour: it explains, shows numbers as they are now, and asks for something. */
export interface Step {
  /** Its name in the address. */
  readonly name: string;
  readonly title: string;
  readonly text: string;
  /** The part of the page that it points at, by its `data-tour`. */
  readonly target: string;
  readonly model: ShippedName;
  readonly showsPoints: boolean;
  /** The request to the reader. */
  readonly task: string;
  readonly isDone: (done: Deeds) => boolean;
  /** A sentence with the present values. */
  readonly live: () => string;
}

const pair = (values: ArrayLike<number> = []) =>
  `(${Array.from(values, (value) => tickText(Number(value.toFixed(2)))).join(', ')})`;

const nats = (value: unknown) => Number(value).toFixed(1);

/** The two terms of a model's loss on test digits. */
function terms({ metrics }: ShippedModel): string {
  return t('Test digits: reconstruction {reconstruction} nats, KL {kl} nats.', {
    reconstruction: nats(metrics.val_reconstruction),
    kl: nats(metrics.val_kl),
  });
}

const termsNow = () => (model.value ? terms(model.value) : '');

const placeNow = () =>
  t('z = {z}. The nearest test digit is a {digit}.', {
    z: pair(z.value),
    digit: String(nearby.value[0]?.[0] ?? ''),
  });

const cloudNow = () =>
  digit.value === undefined
    ? t('No digit is chosen. Choose one first.')
    : t('z = μ + σ · ε = {mean} + {sigma} · {epsilon} = {z}', {
        mean: pair(encoded.value?.mean),
        sigma: pair(sigma.value),
        epsilon: pair(epsilon.value),
        z: pair(z.value),
      });

/** Tells where the means of test digits reach, from the smallest to the largest. */
function reachNow(): string {
  const mean = model.value?.posteriors.mean ?? new Float32Array(2);
  const axis = (at: number) => mean.filter((_, i) => i % 2 === at).sort();
  const [across, up] = [axis(0), axis(1)];
  return t('The points reach from {left} to {right} across and from {low} to {high} upwards.', {
    left: tickText(Math.round(across[0]!)),
    right: tickText(Math.round(across.at(-1)!)),
    low: tickText(Math.round(up[0]!)),
    high: tickText(Math.round(up.at(-1)!)),
  });
}

export const steps: readonly Step[] = [
  {
    name: 'encode',
    title: said('Encode: an image becomes two numbers'),
    text: said(
      'The encoder looks at the 784 pixels of a digit and answers with a place on the map. Similar digits get places near one another.',
    ),
    target: 'digits',
    model: 'beta-1',
    showsPoints: false,
    task: said('Choose another digit, and see where the cross goes.'),
    isDone: (done) => done.encoded > 0,
    live: placeNow,
  },
  {
    name: 'draw',
    title: said('A cloud, not a point'),
    text: said(
      'The answer is a mean μ and a standard deviation σ: the ellipse on the map. While it trains, z is drawn from this cloud, so the whole neighbourhood must decode to the same digit.',
    ),
    target: 'epsilon',
    model: 'beta-1',
    showsPoints: false,
    task: said('Press “Draw ε anew” under ε three times.'),
    isDone: (done) => done.drawn > 2,
    live: cloudNow,
  },
  {
    name: 'decode',
    title: said('Decode: two numbers become an image'),
    text: said(
      'The decoder makes an image of any place, also of one where no digit of the data lies. One digit turns into another step by step.',
    ),
    target: 'map',
    model: 'beta-1',
    showsPoints: false,
    task: said('Drag across the map, or walk on it with the arrow keys.'),
    isDone: (done) => done.walked > 4,
    live: placeNow,
  },
  {
    name: 'loss',
    title: said('Two wishes at once'),
    text: said(
      'The loss has two terms. Reconstruction asks for images like the given ones; KL asks that all clouds together look like the prior, a round cloud about 0. β weighs the second. Here β = 1: the points fill the middle without gaps.',
    ),
    target: 'map',
    model: 'beta-1',
    showsPoints: true,
    task: said('Walk to a place where two colours meet.'),
    isDone: (done) => done.walked > 0,
    live: termsNow,
  },
  {
    name: 'beta-0',
    title: said('β → 0: order is lost'),
    text: said(
      'The same network, trained with β = 0. Nothing draws the points together: they spread far from 0, with gaps that stand for no digit. Images are made again a little better, but a z from the prior always falls into the same small part of the map.',
    ),
    target: 'prior',
    model: 'beta-0',
    showsPoints: true,
    task: said(
      'Press “Draw z from the prior” three times, and see how near to one another they fall.',
    ),
    isDone: (done) => done.sampled > 2,
    live: () => `${termsNow()} ${reachNow()}`,
  },
  {
    name: 'beta-10',
    title: said('β → 10: collapse'),
    text: said(
      'Trained with β = 10, each cloud is nearly the prior itself. The clouds of different digits lie over one another, so z says little about the image, and what is decoded is a mean of several digits.',
    ),
    target: 'digits',
    model: 'beta-10',
    showsPoints: true,
    task: said('Encode two different digits, and compare what is decoded with the image.'),
    isDone: (done) => done.encoded > 1,
    live: termsNow,
  },
  {
    name: 'sample',
    title: said('Sample: digits that nobody wrote'),
    text: said(
      'Back to β = 1. As the points fill the prior, a z drawn from it decodes to a digit most of the time. This is how new images are made: without the encoder.',
    ),
    target: 'prior',
    model: 'beta-1',
    showsPoints: false,
    task: said('Press “Draw z from the prior” three times.'),
    isDone: (done) => done.sampled > 2,
    live: placeNow,
  },
];
