import type { z } from 'zod';
import { either, quote } from '../excerpt.js';
import { advice } from '../suggest.js';

type RawIssue = z.core.$ZodRawIssue;

/** Kinds of values, as a message calls them. */
const nouns: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object of options',
  record: 'an object',
  function: 'a function',
};

/** A value as it may stand in a message. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

const literal = (value: unknown) => (typeof value === 'string' ? quote(value) : String(value));

/** A kind or value that would do: `a number`, `'sum' or 'mean'`. */
function wanted(issue: { code?: string; expected?: unknown; values?: readonly unknown[] }): string {
  if (issue.code === 'invalid_value') return either((issue.values ?? []).map(literal));
  const expected = String(issue.expected);
  return nouns[expected] ?? expected;
}

const must = (what: string, input: unknown) =>
  input === undefined
    ? `it is missing. Give ${what}`
    : `it must be ${what}, not ${describeValue(input)}`;

/** The fault of a size: of a number, of a list, of a text. */
function sizeWords(issue: RawIssue, input: unknown, limit: unknown, [over, at]: string[]): string {
  const bound = `${issue.inclusive ? at : over} ${String(limit)}`;
  if (Array.isArray(input))
    return `it must have ${bound} ${limit === 1 ? 'entry' : 'entries'}, not ${input.length}`;
  if (typeof input === 'string') {
    return input === '' ? 'it must not be empty' : `it must have ${bound} characters`;
  }
  return `it must be ${bound}, not ${describeValue(input)}`;
}

/**
 * The fault of a value, in vaekit's words: the checking library's words need knowledge of its terms.
 * @returns undefined where a schema has words of its own
 */
export function validationWords(issue: RawIssue): string | undefined {
  const { input } = issue;
  switch (issue.code) {
    case 'invalid_type':
      return must(wanted(issue), input);
    case 'invalid_value': {
      const words = must(wanted(issue), input);
      const names = issue.values.filter((each) => typeof each === 'string');
      if (typeof input !== 'string') return words;
      const guess = advice(input, names);
      return guess.startsWith('Did') ? `${words}. ${guess}` : words;
    }
    case 'too_small':
      return sizeWords(issue, input, issue.minimum, ['more than', 'at least']);
    case 'too_big':
      return sizeWords(issue, input, issue.maximum, ['less than', 'at most']);
    case 'not_multiple_of':
      return `it must be a multiple of ${String(issue.divisor)}, not ${describeValue(input)}`;
    case 'invalid_union': {
      const { discriminator, options } = issue as { discriminator?: string; options?: unknown[] };
      if (discriminator === undefined) return 'it is of no kind that is known here';
      const name = (input as Readonly<Record<string, unknown>>)[discriminator];
      const names = (options ?? []).map(String);
      if (name === undefined) return `it is missing. Give ${either(names.map(literal))}`;
      return `unknown ${discriminator} ${quote(String(name))}. ${advice(String(name), names)}`;
    }
    case 'custom':
      return undefined;
    default:
      return `${describeValue(input)} does not fit here`;
  }
}

/** The same for a value that is of none of several kinds. */
export function unionWords(issues: readonly z.core.$ZodIssue[], input: unknown): string {
  return must(either([...new Set(issues.map(wanted))]), input);
}
