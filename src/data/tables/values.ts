import type { ColumnSurvey } from './survey.js';

/** The shape of lists that differ in shape. */
export const unequal = 'unequal';

/**
 * Looks at a value that a file holds as such, and not as text.
 * @param where the place of the value, for messages
 * @returns the shape of a list, as 28,28
 */
export function lookAt(
  value: unknown,
  column: ColumnSurvey,
  where: () => string,
): string | undefined {
  if (value == null || value === '' || Number.isNaN(value)) column.missing(where);
  else if (typeof value === 'number' || typeof value === 'bigint') {
    column.value(Number(value), where);
  } else if (typeof value === 'boolean') column.boolean(String(value), value ? 1 : 0, where);
  else if (typeof value === 'string') column.word(value, where);
  else if (value instanceof Date) column.word(dateText(value), where);
  else {
    const numbers: number[] = [];
    const shape = flatten(value, numbers);
    if (!shape) return unequal;
    column.list(numbers, where);
    return shape.join();
  }
  return undefined;
}

/** A date as text: without a time of day where that is midnight. */
function dateText(date: Date): string {
  const text = date.toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text;
}

/** A value as text; nothing where there is none. */
export function textOfValue(value: unknown): string {
  if (value == null || Number.isNaN(value)) return '';
  return value instanceof Date ? dateText(value) : String(value);
}

/** The shape of the lists seen so far, joined with the next list's shape. */
export function joinedShapes(known: string | undefined, next: string | undefined) {
  if (known === undefined || next === undefined) return known ?? next;
  return known === next ? known : unequal;
}

/**
 * Appends the numbers of a list, perhaps of lists, in their order.
 * @returns its shape; undefined when its lists differ in length, or it is none of numbers
 */
export function flatten(list: unknown, into: number[]): readonly number[] | undefined {
  if (!(Array.isArray(list) || ArrayBuffer.isView(list))) return undefined;
  const items = list as unknown as ArrayLike<unknown>;
  let inner: readonly number[] | undefined = [];
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (typeof item === 'string') return undefined;
    if (item !== null && typeof item === 'object') {
      const shape = flatten(item, into);
      if (!shape || (i > 0 && shape.join() !== inner.join())) return undefined;
      inner = shape;
    } else if (inner.length > 0) return undefined;
    else into.push(item == null ? Number.NaN : Number(item));
  }
  return [items.length, ...inner];
}
