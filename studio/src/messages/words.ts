import { patternOf, placeholdersOf, t, translated } from '../language/language.js';
import type { NextStep } from './next-steps.js';
import { table } from './table.js';

/** A message in the page's words, with ways on. */
export interface Told {
  readonly text: string;
  readonly next: readonly NextStep[];
}

const rows = table.map(({ when, say, next = [] }) => ({
  pattern: patternOf(when),
  names: placeholdersOf(when),
  say,
  next,
}));

/** The browser's own words for a fault of the page, which help no user. */
const isFault =
  /^(Cannot (read|set|destructure)|undefined is not|null is not|can't access)|is not (a function|iterable|defined|an object)|^(\w*Error|Uncaught)\b/;

/** A message of the library, the worker or the browser in the page's words and the user's language. */
export function wordsFor(message: string): Told {
  const plain = inPlainWords(message);
  for (const { pattern, names, say, next } of rows) {
    const match = pattern.exec(plain) ?? pattern.exec(message);
    if (!match) continue;
    const values = names.map((name, i) => [name, translated(inPlainWords(match[i + 1]!))]);
    return { text: t(say, Object.fromEntries(values)), next };
  }
  if (isFault.test(message)) {
    return {
      text: t(
        'Something in the page went wrong ({reason}). Reload it: what was kept is still there.',
        {
          reason: message,
        },
      ),
      next: ['reload'],
    };
  }
  return { text: translated(withoutFlags(plain)), next: [] };
}

/** Leaves out the folder in which the page puts files that are given to it. */
const inPlainWords = (message: string): string => message.replaceAll('dropped/', '');

/** Leaves out the flags of the command line, which follow an option's name in brackets. */
export const withoutFlags = (message: string): string =>
  message.replace(/ \((--[^)]*)\)/g, '').replace(/, or say what a column holds/, '');
