import { UserError } from '../../base/errors.js';
import { excerpt, listed } from '../../base/excerpt.js';
import { nearest } from '../../base/suggest.js';
import type { ReadingNote } from '../notes.js';
import type { ArraySource } from './array-source.js';
import { type ArrayRole, type PartName, roleOf } from './names.js';

/** An array of an archive or folder. */
export interface ArrayEntry {
  /** Its name, which tells its role. */
  readonly key: string;
  /** Tells whether height and width are exchanged in the file. */
  readonly transposed?: boolean;
  /** @throws UserError when it is damaged or holds no numbers and no words */
  open(): Promise<ArraySource>;
}

/** An array with its meaning. */
export interface NamedArray extends ArrayEntry {
  readonly role: ArrayRole;
}

/** The arrays that hold the examples of each part. */
export interface ChosenArrays {
  readonly train: NamedArray;
  readonly validation?: NamedArray | undefined;
  readonly test?: NamedArray | undefined;
  readonly notes: readonly ReadingNote[];
}

export function named(entries: readonly ArrayEntry[]): NamedArray[] {
  return entries.map((entry) => ({ ...entry, role: roleOf(entry.key) }));
}

/** The names of arrays, the first of many, as they may stand in a message. */
function keysOf(entries: readonly ArrayEntry[]): string {
  const keys = entries.slice(0, 8).map(({ key }) => excerpt(key, 30));
  return `${keys.join(', ')}${entries.length > 8 ? ', …' : ''}`;
}

/** The array of a name. @throws UserError when there is none */
export function arrayOf(key: string, entries: readonly NamedArray[], path: string): NamedArray {
  const found = entries.find((entry) => entry.key === key);
  if (found) return found;
  const guess = nearest(
    key,
    entries.map((entry) => entry.key),
  );
  throw new UserError(
    `${path}: there is no array ${excerpt(key)}. ${guess ? `Did you mean '${guess}'?` : `It holds ${keysOf(entries)}.`}`,
  );
}

/** The array of a role that is preferred by its name. */
export function preferred(
  entries: readonly NamedArray[],
  kind: ArrayRole['kind'],
  set: string,
  part: PartName,
): NamedArray | undefined {
  return entries
    .filter(({ role }) => role.kind === kind && role.set === set && role.part === part)
    .sort((a, b) => a.role.rank - b.role.rank)[0];
}

/** The sets that have examples, by their names. */
function setsOf(entries: readonly NamedArray[]): string[] {
  const examples = entries.filter(({ role }) => role.kind === 'examples');
  return [...new Set(examples.map(({ role }) => role.set))].sort();
}

/** The parts of one set; undefined when it has no examples. */
function partsOf(entries: readonly NamedArray[], set: string): ChosenArrays | undefined {
  const part = (name: PartName) => preferred(entries, 'examples', set, name);
  const [validation, test] = [part('validation'), part('test')];
  const train = part('train') ?? part('');
  if (train) return { train, validation, test, notes: [] };
  const only = test ?? validation;
  if (!only) return undefined;
  const text = `${only.key} is named as a ${only.role.part} part, but there is no other: it is taken for the training part`;
  return { train: only, notes: [{ about: 'split', text, doubtful: true }] };
}

/** The sole array that has the form of examples and no other meaning. */
async function sole(
  entries: readonly NamedArray[],
  label: string | undefined,
): Promise<NamedArray | undefined> {
  const candidates: NamedArray[] = [];
  for (const entry of entries) {
    if (entry.role.kind !== '' || entry.key === label) continue;
    // Arrays of other kinds of elements are no candidates.
    const source = await entry.open().catch(passOver);
    if (source && source.shape.length > 1) candidates.push(entry);
  }
  return candidates.length === 1 ? candidates[0] : undefined;
}

function passOver(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
  return undefined;
}

/** Arrays by the names of their parts; undefined when no name, or more than one set, tells them. */
export function chosenByName(entries: readonly NamedArray[]): ChosenArrays | undefined {
  const sets = setsOf(entries);
  return sets.includes('')
    ? partsOf(entries, '')
    : sets.length === 1
      ? partsOf(entries, sets[0]!)
      : undefined;
}

/**
 * The arrays that hold examples, by `wanted` or by their names.
 * @param wanted the name of an array, or of a set of them
 * @throws UserError when it is not clear which they are
 */
export async function chooseArrays(
  entries: readonly NamedArray[],
  path: string,
  wanted: string | undefined,
  label: string | undefined,
): Promise<ChosenArrays> {
  if (wanted !== undefined) {
    const set = wanted.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-');
    const isKey = entries.some(({ key }) => key === wanted);
    const parts = !isKey && setsOf(entries).includes(set) ? partsOf(entries, set) : undefined;
    return parts ?? { train: arrayOf(wanted, entries, path), notes: [] };
  }
  const chosen = chosenByName(entries);
  if (chosen) return chosen;
  const only = setsOf(entries).length === 0 ? await sole(entries, label) : undefined;
  if (only) return { train: only, notes: [] };
  const sets = setsOf(entries);
  const which =
    sets.length > 1
      ? `it holds several sets: ${listed(sets, 8)}`
      : `it is not clear which array holds the examples: it holds ${keysOf(entries)}`;
  throw new UserError(`${path}: ${which}. Name it by columns (--columns).`);
}
