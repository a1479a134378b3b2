/* Pieces of Python text. */

/** A number, a truth value, a text or a tuple of such, as Python writes it. */
export function literal(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) {
    return value.length === 1 ? `(${literal(value[0])},)` : `(${value.map(literal).join(', ')})`;
  }
  const number = value as number;
  if (number === -Infinity) return 'float("-inf")';
  const isTiny = number !== 0 && Math.abs(number) < 1e-3;
  return isTiny ? number.toExponential() : String(number);
}

/** Keyword arguments; undefined ones are left out. */
type Keywords = Readonly<Record<string, unknown>>;

/** A call: `nn.Linear(784, 2, bias=False)`. */
export function call(name: string, given: readonly unknown[], keywords: Keywords = {}): string {
  const named = Object.entries(keywords)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${literal(value)}`);
  return `${name}(${[...given.map(literal), ...named].join(', ')})`;
}

/** A number where all of a window's are the same, else all of them. */
export const short = (sizes: readonly number[]): unknown =>
  sizes.every((size) => size === sizes[0]) ? sizes[0] : sizes;

/** A value; undefined, and so left out, where it is the usual one. */
export function unless<Value>(value: Value, usual: Value): Value | undefined {
  return value === usual ? undefined : value;
}

/** Lines moved to the right by steps of four spaces. */
export function indent(text: string, steps = 1): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(4 * steps));
}

/** Blocks of text, without empty ones. */
export const blocks = (parts: readonly (string | undefined)[], apart = '\n\n\n') =>
  parts.filter(Boolean).join(apart);
