import { useComputed } from '@preact/signals';
import { counted, t } from '../../../language/language.js';
import { numberText } from '../../../ui/number.js';
import type { Exploration } from '../exploration.js';
import { wordOf } from '../things.js';
import type { MapState } from './map-state.js';

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;

/** Classes whose middles are told; a longer list would be tiring to hear. */
const mostTold = 20;

/** The map in words, for users of screen readers: how many points there are, and where each class lies. */
export function MapText({
  id,
  map,
  exploration,
}: {
  id: string;
  map: MapState;
  exploration: Exploration;
}) {
  const text = useComputed(() => {
    const { places, labels, size } = map.points.value;
    if (size === 0) return '';
    const things = wordOf(exploration.things);
    const count = t('The map shows {count} {things}.', { count: size, things });
    const classes = map.classes.value;
    if (!labels || classes.length === 0 || classes.length > mostTold) return count;
    const names = exploration.grouping.value?.names ?? exploration.data.value?.info.classNames;
    const members = new Map(classes.map((label) => [label, { x: [], y: [] } as Axes]));
    for (let i = 0; i < size; i++) {
      const { x, y } = members.get(labels[i]!)!;
      x.push(places[2 * i]!);
      y.push(places[2 * i + 1]!);
    }
    const middles = [...members].map(([label, { x, y }]) =>
      t('{class} at {x}, {y}', {
        class: names?.[label] ?? String(label),
        x: numberText(Number(median(x).toPrecision(3))),
        y: numberText(Number(median(y).toPrecision(3))),
      }),
    );
    const shown = map.shownClasses.value.length;
    return [
      count,
      t('The middles of the classes: {middles}.', { middles: middles.join('; ') }),
      shown < classes.length
        ? counted(shown, { one: '{n} class is shown.', other: '{n} classes are shown.' })
        : '',
    ].join(' ');
  });
  return (
    <p id={id} class="visually-hidden">
      {text}
    </p>
  );
}

/** The coordinates of a class's points. */
interface Axes {
  readonly x: number[];
  readonly y: number[];
}
