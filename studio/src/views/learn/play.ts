import { batch, computed, signal } from '@preact/signals';
import { translated } from '../../language/language.js';
import type { Numbers } from '../../model/numbers.js';
import type { ShippedName } from '../../runs/shipped.js';
import {
  type Digits,
  type ShippedModel,
  shippedDigits,
  shippedModel,
} from '../../shipped/model.js';
import { standardNormal } from '../diagram/noise.js';
import type { Place } from '../explore/map/viewport.js';

/** A digit to begin with: a clear 0. */
const firstDigit = 0;

/** Number of nearest posteriors that tell the digits near a place. */
const neighbours = 10;

export const model = signal<ShippedModel | undefined>(undefined);
export const digits = signal<Digits | undefined>(undefined);
/** The reason why there is nothing to play with, in words for the user. */
export const problem = signal<string | undefined>(undefined);
/** The digit that is encoded; undefined where z was chosen itself. */
export const digit = signal<number | undefined>(firstDigit);
/** The noise of the latents: 0 stands for the mean of the posterior. */
export const epsilon = signal<Place>([0, 0]);
/** z where it is chosen itself. */
const chosen = signal<Place>([0, 0]);
export const showsPoints = signal(false);

/** The bytes of a digit's picture. */
function pixelsOf({ images: { data, dims } }: Digits, at: number) {
  const size = data.length / dims[0]!;
  return data.subarray(at * size, (at + 1) * size);
}

/** The picture of a digit. */
export const digitPicture = (from: Digits, at: number): Numbers => ({
  data: pixelsOf(from, at),
  dims: [1, ...from.images.dims.slice(1)],
});

/** The picture of the digit that is encoded, values from 0 to 1. */
const image = computed(() => {
  const [from, at] = [digits.value, digit.value];
  if (!from || at === undefined) return undefined;
  return Float32Array.from(pixelsOf(from, at), (value) => value / 255);
});

/** The posterior of the digit. */
export const encoded = computed(() =>
  model.value && image.value ? model.value.encode(image.value) : undefined,
);

/** The standard deviations of the posterior. */
export const sigma = computed(() =>
  encoded.value?.logVariance.map((logVariance) => Math.exp(logVariance / 2)),
);

/** The latents at which the walk stands: μ + σ ε of a digit, or a place of the map. */
export const z = computed<Place>(() => {
  const [mean, deviation, noise] = [encoded.value?.mean, sigma.value, epsilon.value];
  if (!mean || !deviation) return chosen.value;
  return [mean[0]! + deviation[0]! * noise[0], mean[1]! + deviation[1]! * noise[1]];
});

/** The image that the decoder makes of z. */
export const decoded = computed(() => model.value?.decode(Float32Array.from(z.value)));

/** An image of the model as the page draws images. */
export const pictureOf = (values: Float32Array): Numbers => ({
  data: values,
  dims: [1, 1, 28, 28],
});

/** Number of each class among the test digits nearest to z, the most first. */
export const nearby = computed<readonly (readonly [label: number, count: number])[]>(() => {
  const { mean, labels } = model.value?.posteriors ?? {};
  if (!mean || !labels) return [];
  const [x, y] = z.value;
  const distances = Array.from(labels, (label, i) => ({
    label,
    squared: (mean[2 * i]! - x) ** 2 + (mean[2 * i + 1]! - y) ** 2,
  })).sort((a, b) => a.squared - b.squared);
  const counts = new Map<number, number>();
  for (const { label } of distances.slice(0, neighbours)) {
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
});

/** Counts how often each thing was done since they were forgotten. */
export interface Deeds {
  readonly encoded: number;
  readonly walked: number;
  /** Drawn from a posterior. */
  readonly drawn: number;
  /** Drawn from the prior. */
  readonly sampled: number;
}

const none: Deeds = { encoded: 0, walked: 0, drawn: 0, sampled: 0 };

export const deeds = signal(none);

export function forgetDeeds(): void {
  deeds.value = none;
}

function count(deed: keyof Deeds): void {
  deeds.value = { ...deeds.value, [deed]: deeds.value[deed] + 1 };
}

/** Takes z from the map. */
export function walkTo(place: Place): void {
  count('walked');
  stand(place);
}

function stand(place: Place): void {
  batch(() => {
    digit.value = undefined;
    epsilon.value = [0, 0];
    chosen.value = place;
  });
}

/** Encodes a digit; z is the mean of its posterior. */
export function encode(index: number): void {
  count('encoded');
  batch(() => {
    digit.value = index;
    epsilon.value = [0, 0];
  });
}

/** Draws z anew from the posterior of the digit. */
export function drawEpsilon(): void {
  count('drawn');
  epsilon.value = [standardNormal(), standardNormal()];
}

/** Draws z from the prior. */
export function drawFromPrior(): void {
  count('sampled');
  stand([standardNormal(), standardNormal()]);
}

/** The model that was asked for last: it may come before one that was asked for earlier. */
export const asked = signal<ShippedName | undefined>(undefined);

/** Loads a model to play with, and the digits; z stays where it was. Each time leaves a mark `first-minute`. */
export async function load(name: ShippedName): Promise<void> {
  asked.value = name;
  try {
    const [found, pictures] = await Promise.all([
      shippedModel(name),
      digits.peek() ?? shippedDigits(),
    ]);
    if (asked.peek() !== name) return;
    batch(() => {
      model.value = found;
      digits.value = pictures;
      problem.value = undefined;
    });
    performance.mark('first-minute');
  } catch (error) {
    problem.value = translated((error as Error).message);
  }
}
