import { counted, t } from '../language/language.js';
import type { Measured } from '../model/measure.js';
import type { Plan } from './settings.js';

/** A pass forward alone takes about this share of a step, which goes back too and changes parameters. */
const forwardShare = 0.35;

/** Longer trainings are warned of, in seconds. */
export const longSeconds = 600;

/** A training that is offered in the place of a long one takes about so many seconds. */
const offeredSeconds = 300;

/** Time that a training will take, in seconds. */
export interface Estimate {
  readonly seconds: number;
  /** Number of epochs that take a few minutes, where all take long. */
  readonly fewerEpochs?: number;
}

/** The time that a planned training takes, by the time of one of its steps. */
export function estimate(
  { settings, trainedOn, validatedOn }: Pick<Plan, 'settings' | 'trainedOn' | 'validatedOn'>,
  { millisecondsPerStep, millisecondsBefore }: Measured,
): Estimate {
  const epochs = Number(settings.epochs);
  const batchSize = Number(settings.batchSize);
  const steps = Math.ceil(trainedOn / batchSize) + (forwardShare * validatedOn) / batchSize;
  const perEpoch = (steps * millisecondsPerStep) / 1000;
  const seconds = millisecondsBefore / 1000 + epochs * perEpoch;
  const fewer = Math.max(1, Math.floor(offeredSeconds / perEpoch));
  return {
    seconds,
    ...(seconds > longSeconds && fewer < epochs ? { fewerEpochs: fewer } : {}),
  };
}

/** A duration to two digits at most, in words. */
export function aboutDuration(seconds: number): string {
  if (seconds < 8) return t('a few seconds');
  if (seconds < 55) {
    return counted(5 * Math.round(seconds / 5), { one: '{n} second', other: '{n} seconds' });
  }
  const minutes = seconds / 60;
  if (minutes < 55) {
    return counted(rounded(minutes), { one: '{n} minute', other: '{n} minutes' });
  }
  const hours = minutes / 60;
  if (hours < 40) return counted(rounded(hours), { one: '{n} hour', other: '{n} hours' });
  return counted(Math.round(hours / 24), { one: '{n} day', other: '{n} days' });
}

/** Rounds to halves where they count. */
const rounded = (value: number): number =>
  value < 5 ? Math.max(1, Math.round(2 * value) / 2) : Math.round(value);
