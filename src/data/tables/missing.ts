/**
 * Words that stand for an unknown value, in small letters: the words of pandas, R, SQL, Weka and UCI,
 * SAS, and the errors of spreadsheets.
 */
export const missingWords: ReadonlySet<string> = new Set([
  '',
  'na',
  'n/a',
  'n.a.',
  '<na>',
  'nan',
  '-nan',
  '+nan',
  'nat',
  'null',
  'nil',
  'none',
  'missing',
  '?',
  '-',
  '--',
  '.',
  '..',
  '\\n',
  '#n/a',
  '#na',
  '#null!',
  '#div/0!',
  '#value!',
  '#ref!',
  '#num!',
  '#name?',
  '1.#qnan',
  '-1.#qnan',
  '1.#ind',
  '-1.#ind',
]);

/** Missing words that may as well be the name of a class. */
const classWords: ReadonlySet<string> = new Set(['none', 'nil', 'missing', '-', '--', '.', '..']);

/** Tells whether a label is not known. Words such as None are names of classes as often, and stay. */
export function isMissingLabel(text: string): boolean {
  const word = text.toLowerCase();
  return missingWords.has(word) && !classWords.has(word);
}
