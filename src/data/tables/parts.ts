import { type Part, partWords as usualPartWords } from '../part-words.js';
import type { ColumnFacts } from './table.js';

export type { Part };

/** Names of columns that tell the part of a row. */
const splitNames =
  /^(usage|split|set|subset|partition|part|phase|fold|dataset|data_?split|train_?test)$/i;

/** Words for parts, in small letters. */
const partWords: Readonly<Record<string, Part>> = {
  ...usualPartWords,
  publictest: 'validation',
  eval: 'test',
  evaluation: 'test',
  holdout: 'test',
  privatetest: 'test',
};

/**
 * The part that a name or word stands for.
 * @param text a word, or a file's name such as `train-00000-of-00002`
 */
export function partOf(text: string): Part | undefined {
  const [word = ''] = /^[a-z]+/.exec(text.trim().toLowerCase()) ?? [];
  return Object.hasOwn(partWords, word) ? partWords[word] : undefined;
}

/** Tells whether a column may tell parts, by its name alone. */
export function isSplitName(name: string): boolean {
  return splitNames.test(name.trim());
}

/**
 * The part of each of a column's words; undefined when the column tells no parts. CelebA's partition
 * numbers them 0, 1, 2.
 */
export function partsOf(column: ColumnFacts): ReadonlyMap<string, Part> | undefined {
  const { name, kind, words, hasMoreWords, missing, isWhole, least, most } = column;
  if (!isSplitName(name) || missing > 0) return undefined;
  if (kind === 'number' && /^partition$/i.test(name) && isWhole && least === 0 && most <= 2) {
    const parts = ['train', 'validation', 'test'] as const;
    return new Map(parts.slice(0, most + 1).map((part, i) => [String(i), part]));
  }
  if (kind !== 'words' || hasMoreWords) return undefined;
  const parts = words.map((word) => [word, wordPart(word)] as const);
  const isSplit = parts.every(([, part]) => part) && parts.some(([, part]) => part === 'train');
  return isSplit ? new Map(parts as [string, Part][]) : undefined;
}

function wordPart(word: string): Part | undefined {
  const lower = word.toLowerCase();
  return Object.hasOwn(partWords, lower) ? partWords[lower] : undefined;
}
