import { UserError } from '../../base/errors.js';
import type { Entry, Length } from './entry.js';

/** A model that an entry has trained. */
export interface PlannedRun {
  readonly model: string;
  readonly seed: number;
  /** Its run folder. */
  readonly path: string;
}

/** An entry as it is reproduced here. */
export interface Plan {
  readonly entry: Entry;
  /** The part of the published training, over 0 to 1. */
  readonly fraction: number;
  readonly length: Length;
  /** The part of the training examples that are seen: less than 1 where not one epoch is trained. */
  readonly examples: number;
  readonly runs: readonly PlannedRun[];
  /** The folder of the report, and of the runs. */
  readonly out: string;
}

/** Options by which a reproduction may differ from its entry. */
export interface PlanOptions {
  readonly fraction?: number;
  readonly seed?: number;
  readonly out?: string;
}

/** `iwae-1-0.01`: the entry, and the part of it that is trained. */
const folderName = (name: string, fraction: number) =>
  fraction === 1 ? name : `${name}-${fraction}`;

/**
 * The trainings of an entry. A fraction shortens the epochs, and with them all lengths that are told in
 * epochs; of less than one epoch, it takes fewer examples.
 * @throws UserError when the fraction is not over 0 to 1
 */
export function planOf(entry: Entry, { fraction = 1, seed, out }: PlanOptions): Plan {
  if (!(fraction > 0 && fraction <= 1)) {
    throw new UserError(`--fraction ${fraction} is not over 0 to 1. Give a part such as 0.1.`);
  }
  const asked = entry.epochs * fraction;
  const epochs = Math.max(1, Math.round(asked));
  const folder = out ?? `runs/reproduce/${folderName(entry.name, fraction)}`;
  const models = Object.keys(entry.models);
  const seeds = seed === undefined ? entry.seeds : entry.seeds.map((_, i) => seed + i);
  const isOne = models.length * seeds.length === 1;
  return {
    entry,
    fraction,
    length: { epochs, share: epochs / entry.epochs },
    examples: Math.min(1, asked),
    runs: seeds.flatMap((each) =>
      models.map((model) => ({
        model,
        seed: each,
        path: isOne ? folder : `${folder}/${model}-seed-${each}`,
      })),
    ),
    out: folder,
  };
}
