import type { Exploration, PlaneChoice } from '../exploration.js';
import type { MapState } from '../map/map-state.js';
import type { AddressPart } from './tie.js';

/** Digits of a number in an address: enough for the same image. */
const digits = 5;

const short = (value: number) => String(Number(value.toPrecision(digits)));

/** Numbers with commas between them; undefined where one of them is none, or they are not so many. */
function numbersOf(text: string | undefined, count: number): number[] | undefined {
  const numbers = (text ?? '').split(',').map((part) => (part === '' ? Number.NaN : Number(part)));
  return numbers.length === count && numbers.every(Number.isFinite) ? numbers : undefined;
}

const kinds = { c: 'components', z: 'latents' } as const;

/** The directions of the map, such as `c1-2` for the first two components. */
function planePart(exploration: Exploration): AddressPart {
  const { latent } = exploration.info.config;
  const first = (): PlaneChoice => ({
    kind: exploration.components.value ? 'components' : 'latents',
    pair: [0, 1],
  });
  const textOf = ({ kind, pair }: PlaneChoice) =>
    `${kind[0] === 'c' ? 'c' : 'z'}${pair[0] + 1}-${pair[1] + 1}`;
  return {
    name: 'plane',
    isStep: true,
    text() {
      const text = textOf(exploration.choice.value);
      return text === textOf(first()) ? undefined : text;
    },
    take(text = '') {
      const [, kind, a, b] = /^([cz])(\d+)-(\d+)$/.exec(text) ?? [];
      const pair = [Number(a) - 1, Number(b) - 1] as const;
      const fits = pair.every((each) => each >= 0 && each < latent) && pair[0] !== pair[1];
      const choice = { kind: kinds[kind as 'c' | 'z'], pair };
      exploration.choose(kind && fits ? choice : first());
    },
  };
}

/** The place of the walk: `image-12`, or the latents. */
function placePart(exploration: Exploration): AddressPart {
  return {
    name: 'at',
    text() {
      const [data, picked] = [exploration.data.value, exploration.picked.value];
      if (data && picked !== undefined)
        return picked === 0 ? undefined : `image-${data.places[picked]}`;
      const z = exploration.z.value;
      return z.some((value) => value !== 0) || data ? Array.from(z, short).join(',') : undefined;
    },
    take(text) {
      const { data, info } = exploration;
      const place = Number(/^image-(\d+)$/.exec(text ?? '')?.[1]);
      const image = data.value?.places.indexOf(place) ?? -1;
      const z = numbersOf(text, info.config.latent);
      if (z) exploration.standAt(Float32Array.from(z));
      else if (data.value) exploration.pick(Math.max(0, image));
      else exploration.standAt(new Float32Array(info.config.latent));
    },
  };
}

/** The data, the class that is decoded, the directions of the map, and the place of the walk. */
export function explorationParts(exploration: Exploration): readonly AddressPart[] {
  const { info, ownData, dataName, label } = exploration;
  const data: AddressPart = {
    name: 'data',
    isStep: true,
    text: () =>
      [ownData, exploration.passing].includes(dataName.value) ? undefined : dataName.value,
    take: (text = ownData) => (text === dataName.value ? undefined : exploration.load(text)),
  };
  const classPart: AddressPart = {
    name: 'class',
    text: () => String(label.value),
    take(text) {
      const chosen = Number(text ?? label.value);
      if (Number.isInteger(chosen) && chosen >= 0 && chosen < info.classes!)
        exploration.setLabel(chosen);
    },
  };
  return [
    data,
    ...(exploration.hasMap && info.config.latent > 2 ? [planePart(exploration)] : []),
    ...(exploration.info.hasPoints ? [placePart(exploration)] : []),
    ...(info.classes === undefined ? [] : [classPart]),
  ];
}

/** The part of the plane and the classes that the map shows, and whether points and images are drawn there. */
export function mapParts(map: MapState): readonly AddressPart[] {
  const flag = (name: string, { showsPoints, showsImages }: MapState): AddressPart => {
    const shown = name === 'points' ? showsPoints : showsImages;
    const usual = shown.peek();
    return {
      name,
      text: () => (shown.value === usual ? undefined : String(Number(shown.value))),
      take(text) {
        shown.value = text === undefined ? usual : text === '1';
      },
    };
  };
  return [
    {
      name: 'view',
      text: () => map.window.value?.map(short).join(','),
      take(text) {
        const [x, y, span] = numbersOf(text, 3) ?? [];
        map.show(span !== undefined && span > 0 ? [x!, y!, span] : undefined);
      },
    },
    {
      name: 'classes',
      text: () => (map.hidden.value.size === 0 ? undefined : map.shownClasses.value.join(',')),
      take: (text) => map.showClasses(text?.split(',').map(Number)),
    },
    flag('points', map),
    flag('grid', map),
  ];
}
