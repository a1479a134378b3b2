import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import { isWords, numbersOf, type StoredType } from '../codecs/numbers.js';
import type { Factor } from '../dataset.js';
import type { ReadingNote } from '../notes.js';
import { wholeArray } from './array-source.js';
import type { NamedArray } from './choose.js';

/** The factors that examples were made from, as an array of the file tells them. */
export interface FactorsRead {
  readonly factors: readonly Factor[];
  /** The arrays that tell them. */
  readonly used: readonly NamedArray[];
  readonly notes: readonly ReadingNote[];
}

/** A published set whose arrays tell the factors. */
interface KnownSet {
  readonly title: string;
  /** The array of examples, and the array of the factors' values. */
  readonly arrays: readonly [examples: string, values: string];
  /** Further arrays that tell the same. */
  readonly beside: readonly string[];
  readonly names: readonly string[];
}

const knownSets: readonly KnownSet[] = [
  {
    // https://github.com/google-deepmind/dsprites-dataset
    title: 'dSprites',
    arrays: ['imgs', 'latents_values'],
    beside: ['latents_classes'],
    names: ['color', 'shape', 'scale', 'orientation', 'posX', 'posY'],
  },
  {
    // https://github.com/google-deepmind/3d-shapes
    title: '3dshapes',
    arrays: ['images', 'labels'],
    beside: [],
    names: ['floor hue', 'wall hue', 'object hue', 'scale', 'shape', 'orientation'],
  },
];

/** A column with more values is no factor of levels. */
const mostLevels = 1000;

/** The factor of a column of values; undefined where it has too many. */
function factorOf(name: string, column: ArrayLike<number>): Factor | undefined {
  const seen = new Set<number>();
  for (let i = 0; i < column.length; i++) {
    seen.add(column[i]!);
    if (seen.size > mostLevels) return undefined;
  }
  const values = [...seen].sort((a, b) => a - b);
  const places = new Map(values.map((value, place) => [value, place]));
  const levels = Uint16Array.from(column, (value) => places.get(value)!);
  return { name, values, level: (index) => levels[index]! };
}

/** The columns of values of a known set; undefined where the array has another form. */
async function columnsOf(
  array: NamedArray,
  { names }: KnownSet,
  size: number,
): Promise<readonly Float64Array[] | undefined> {
  // An array that cannot be read may hold labels: then the reader of labels tells the fault.
  const source = await array.open().catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
  if (!source) return undefined;
  const { shape, type, path } = source;
  if (isWords(type) || shape.join() !== [size, names.length].join()) return undefined;
  const numbers = numbersOf(type as StoredType, await wholeArray(source), path);
  return names.map((_, k) =>
    Float64Array.from({ length: size }, (_, i) => numbers[i * names.length + k]!),
  );
}

/**
 * The factors of dSprites and of 3dshapes, whose arrays are called as their makers called them.
 * @param examples the array of the examples
 * @param size how many it holds
 * @param kept the places of the examples that stay, where some were dropped
 * @returns undefined for other arrays
 * @throws UserError when the array of the factors is damaged
 */
export async function factorsBeside(
  examples: NamedArray,
  entries: readonly NamedArray[],
  size: number,
  kept: Uint32Array | undefined,
): Promise<FactorsRead | undefined> {
  const find = (key: string) => entries.find((entry) => entry.key === key);
  for (const set of knownSets) {
    const array = find(set.arrays[1]);
    if (examples.key !== set.arrays[0] || !array) continue;
    const columns = await columnsOf(array, set, size);
    const factors = columns?.map((column, k) => factorOf(set.names[k]!, column));
    if (!factors?.every((factor) => factor !== undefined)) continue;
    // Both sets have each combination of levels once; other numbers are no factors of theirs.
    const combinations = factors.reduce((product, { values }) => product * values.length, 1);
    if (combinations !== size) continue;
    const shown = factors.map(({ name, values }) => `${name} (${values.length})`).join(', ');
    const text = `the factors are those of ${set.title}, by ${array.key} ${formatShape([size, factors.length])}: ${shown}`;
    const beside = set.beside.map(find).filter((entry) => entry !== undefined);
    const own = kept
      ? factors.map((each) => ({ ...each, level: (i: number) => each.level(kept[i]!) }))
      : factors;
    return { factors: own, used: [array, ...beside], notes: [{ about: 'factors', text }] };
  }
  return undefined;
}
