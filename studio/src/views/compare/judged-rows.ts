import { partsOf } from '../../../../src/vae/judges/measures/names.js';
import { amount, t } from '../../language/language.js';
import { nats, numberText, tickText } from '../../ui/number.js';
import type { Compared } from './comparison.js';

/** A figure of each run, by the name of its measure. */
export interface JudgedRow {
  readonly name: string;
  readonly title: string;
  readonly values: readonly string[];
}

/** A figure's name for people: the measure, and the features by which examples are compared. */
export function figureTitle(name: string): string {
  const { measure, features } = partsOf(name);
  const title = measure ? t(measure.title) : name;
  return features === undefined ? title : `${title}, ${t(features)}`;
}

function figureText({ run }: Compared, name: string): string {
  const figure = run?.judgement?.figures[name];
  if (!figure) return '–';
  const { unit } = partsOf(name).measure ?? {};
  const shown = unit === 'nats' ? nats : unit ? `\u00a0${unit}` : '';
  const { value, error } = figure;
  return `${numberText(value)}${error ? ` ± ${tickText(Number(error.toPrecision(2)))}` : ''}${shown}`;
}

/** The figures of runs that were judged: a row for each that one of them has. */
export function judgedRows(runs: readonly Compared[]): readonly JudgedRow[] {
  const all = runs.flatMap(({ run }) => Object.keys(run?.judgement?.figures ?? {}));
  const rows = [...new Set(all)].map((name) => ({
    name,
    title: figureTitle(name),
    values: runs.map((each) => figureText(each, name)),
  }));
  if (rows.length === 0) return [];
  const by = runs.map(({ run }) => {
    const { judgement } = run ?? {};
    if (!judgement) return '–';
    return t('{n} of {data}', { n: amount(judgement.examples), data: judgement.data });
  });
  return [{ name: 'judgedBy', title: t('Examples that it was judged by'), values: by }, ...rows];
}
