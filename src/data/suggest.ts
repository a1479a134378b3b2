import { closest, distance } from 'fastest-levenshtein';

/** The candidate most like the word, when one is like it enough to be meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const small = candidates.map((candidate) => candidate.toLowerCase());
  const best = closest(word.toLowerCase(), small);
  return distance(word.toLowerCase(), best) <= Math.max(2, word.length / 3)
    ? candidates[small.indexOf(best)]
    : undefined;
}

/** `Did you mean 'dense'?`, or all that is possible when nothing is like the word. */
export function advice(word: string, candidates: readonly string[]): string {
  const guess = nearest(word, candidates);
  return guess ? `Did you mean '${guess}'?` : `Known: ${candidates.join(', ')}.`;
}
