import { UserError } from '../base/errors.js';
import { parseJson } from '../base/json.js';

/** The file of a run that keeps how it was judged. */
export const judgementFile = 'judge.json';

/** Most bytes of such a file. */
export const mostJudgementText = 2 ** 20;

/** A number that a measure found. */
interface KeptFigure {
  readonly value: number;
  readonly error?: number;
  readonly drawError?: number;
  readonly detail?: string;
}

/** A run judged by data, as its folder keeps it: the figures are by the names of measures. */
export interface KeptJudgement {
  /** The data's name, and the part of it. */
  readonly data: string;
  readonly part: string;
  readonly examples: number;
  readonly samples: number;
  readonly seed: number;
  readonly figures: Readonly<Record<string, KeptFigure>>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON has no infinite numbers, and writes null: such a figure tells nothing. */
const isFigure = (value: unknown): value is KeptFigure =>
  isObject(value) && typeof value.value === 'number';

/**
 * The content of a run's `judge.json`.
 * @param name of the file, for messages
 * @throws UserError when it is none that `vaekit judge` writes
 */
export function parseJudgement(text: string, name = judgementFile): KeptJudgement {
  const found = parseJson(text, name);
  if (!isObject(found) || !isObject(found.figures) || typeof found.data !== 'string') {
    throw new UserError(`${name} is no judgement of a run. Remove it, and judge the run again.`);
  }
  const { examples, samples, seed } = found;
  const figures = Object.entries(found.figures).filter(([, figure]) => isFigure(figure));
  return {
    data: found.data,
    part: String(found.part ?? 'all'),
    examples: Number(examples),
    samples: Number(samples),
    seed: Number(seed),
    figures: Object.fromEntries(figures) as KeptJudgement['figures'],
  };
}

/** The facts without which figures cannot stand beside one another. */
const facts = ['data', 'part', 'examples', 'samples', 'seed'] as const;

/** The figures of a judgement; missing ones come from an earlier judgement by the same examples. */
export function withEarlier(
  judgement: KeptJudgement,
  earlier: KeptJudgement | undefined,
): KeptJudgement {
  const isSame = earlier && facts.every((fact) => earlier[fact] === judgement[fact]);
  if (!isSame) return judgement;
  return { ...judgement, figures: { ...earlier.figures, ...judgement.figures } };
}
