import { closest, distance } from 'fastest-levenshtein';

/** A longer text is no mistyped name. */
const longestWord = 100;

/** Names that a message lists at most. */
const mostListed = 24;

/** The candidate most like the word, when one is like it enough to be meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0 || word.length > longestWord) return undefined;
  const small = candidates.map((candidate) => candidate.toLowerCase());
  const best = closest(word.toLowerCase(), small);
  return distance(word.toLowerCase(), best) <= Math.max(2, word.length / 3)
    ? candidates[small.indexOf(best)]
    : undefined;
}

/** `Did you mean 'dense'?`, or all that is possible when nothing is like the word. */
export function advice(word: string, candidates: readonly string[]): string {
  const guess = nearest(word, candidates);
  if (guess) return `Did you mean '${guess}'?`;
  const listed = candidates.slice(0, mostListed).join(', ');
  return `Known: ${listed}${candidates.length > mostListed ? ', …' : ''}.`;
}
