import { expect } from 'vitest';
import type { DataLayout, Found } from './layout.js';

/** Checks how a layout was read against how it is to be read. */
export function check(layout: DataLayout, found: Found): void {
  const { expect: expected } = layout;
  if ('refused' in expected) {
    expect(found.refused, JSON.stringify(found).slice(0, 500)).toMatch(expected.refused);
    expect(found.refused).not.toMatch(/\n/);
    return;
  }
  expect(found.refused, 'refused').toBeUndefined();
  const { notes = [], values, ...exact } = expected;
  const seen = Object.fromEntries(Object.keys(exact).map((key) => [key, found[key]]));
  expect(seen).toEqual(exact);
  for (const [i, value] of (values ?? []).entries()) {
    const seen = (found.values as number[])[i];
    if (Number.isNaN(value)) expect(seen, `value ${i}`).toBeNaN();
    else expect(seen, `value ${i}`).toBeCloseTo(value, 5);
  }
  for (const note of notes) {
    const isMatch = (found.notes as string[]).some((text) => note.test(text));
    expect(isMatch, `${note} among ${JSON.stringify(found.notes)}`).toBe(true);
  }
}
