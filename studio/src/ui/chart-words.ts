import { t } from '../language/language.js';
import type { Series } from './chart.js';
import { numberText } from './number.js';

/** Lines of a chart in a sentence each: where they began, where they are, and their lowest point. */
export function chartWords(
  title: string,
  x: readonly number[],
  series: readonly Series[],
  unit: string,
): string {
  const sentences = series.flatMap(({ label, values }) => {
    const known = [...values.keys()].filter((i) => values[i] !== null);
    const [first, last] = [known[0], known.at(-1)];
    if (first === undefined || last === undefined) return [];
    const lowest = known.reduce((a, b) => (values[b]! < values[a]! ? b : a));
    const text = (i: number) => `${numberText(values[i]!)} ${unit}`.trimEnd();
    const epochs = (i: number) => numberText(Number(x[i]!.toPrecision(3)));
    return [
      t(
        '{label}: {last} after {epochs} epochs, {first} at first, at the lowest {lowest} after {at} epochs.',
        {
          ...{ label, last: text(last), epochs: epochs(last), first: text(first) },
          ...{ lowest: text(lowest), at: epochs(lowest) },
        },
      ),
    ];
  });
  return [
    `${title}.`,
    ...(sentences.length > 0 ? sentences : [t('There are no values yet.')]),
  ].join(' ');
}
