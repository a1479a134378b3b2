import { current } from '../language/language.js';

const units = [
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A time as people say it in the language in force, of two units at most: `1 hr 5 min`. */
export function durationText(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  const first = units.findIndex(([, size]) => whole >= size);
  // The smaller unit says nothing beside many of the larger one.
  const shown = whole / units[first]![1] >= 10 ? 1 : 2;
  let left = whole;
  const parts = units.slice(first, first + shown).map(([unit, size], i, all) => {
    const share = left / size;
    const value = i === all.length - 1 ? Math.round(share) : Math.floor(share);
    left -= value * size;
    return [unit, value] as const;
  });
  return parts
    .filter(([, value]) => value > 0)
    .map(([unit, value]) =>
      new Intl.NumberFormat(current.value.code, {
        style: 'unit',
        unit,
        unitDisplay: 'short',
      }).format(value),
    )
    .join(' ');
}
