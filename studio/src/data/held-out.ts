import type { Part } from './info.js';

/** The examples that a run keeps from training by its split. */
export interface SplitPart {
  /** The share of the data, between 0 and 1. */
  readonly share: number;
  readonly seed: number;
}

export type AnyPart = Part | SplitPart;

/** A part as one text, by which two are compared. */
export const partKey = (part: AnyPart): string =>
  typeof part === 'string' ? part : `${part.share} ${part.seed}`;

/**
 * The part of its own data that a run is not trained on; `train` where it is trained on all.
 * @param config the content of the run's `config.json`
 * @param hasTest whether the data has a part that is kept from every training
 */
export function heldOutPart(config: Readonly<Record<string, unknown>>, hasTest: boolean): AnyPart {
  if (hasTest) return 'test';
  const { validationSplit } = (config.training ?? {}) as { validationSplit?: number };
  const { seed } = (config.model ?? {}) as { seed?: number };
  if (validationSplit === undefined || seed === undefined) return 'train';
  return { share: validationSplit, seed };
}
