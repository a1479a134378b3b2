import { current } from './language.js';

/** Texts as a list in the language in force: `a, b and c`. */
export const listed = (texts: readonly string[]): string =>
  new Intl.ListFormat(current.value.code, { type: 'conjunction' }).format(texts);
