import {
  type Color,
  differenceCiede2000,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  parse,
  wcagContrast,
} from 'culori';
import { describe, expect, test } from 'vitest';
import { classColours, classLook, type Ground } from '../../src/report/class-colours.js';

const ciede2000 = differenceCiede2000();

/** Colours as eyes see them, by the simulation of Machado et al. 2009; and the least distance for them. */
const eyes = {
  normal: { see: (colour: Color) => colour, least: 25 },
  deuteranope: { see: filterDeficiencyDeuter(1), least: 16 },
  protanope: { see: filterDeficiencyProt(1), least: 16 },
};

/** The grounds of pictures, and of the page and its map in both themes. */
const grounds: Readonly<Record<Ground, readonly string[]>> = {
  onLight: ['#ffffff', '#f6f7f9'],
  onDark: ['#12161a', '#1a2026'],
};

/** The least distance between two colours. */
function leastOf(colours: readonly string[], see: (colour: Color) => Color): number {
  const seen = colours.map((colour) => see(parse(colour)!));
  const all = seen.flatMap((a, i) => seen.slice(0, i).map((b) => ciede2000(a, b)));
  return Math.min(...all);
}

describe.each(['onLight', 'onDark'] as const)('colours of classes %s', (ground) => {
  const colours = classColours[ground];

  test.each(Object.entries(eyes))('are apart for %s eyes', (_, { see, least }) => {
    expect(new Set(colours).size).toBe(10);
    expect(leastOf(colours, see)).toBeGreaterThan(least);
  });

  test('stand out from their grounds', () => {
    const contrasts = colours.flatMap((colour) =>
      grounds[ground].map((each) => wcagContrast(colour, each)),
    );
    expect(Math.min(...contrasts)).toBeGreaterThan(3);
  });

  test('come again in other shapes, so that sixty classes have looks of their own', () => {
    const looks = Array.from({ length: 60 }, (_, label) =>
      JSON.stringify(classLook(label, ground)),
    );
    expect(new Set(looks).size).toBe(60);
  });
});
