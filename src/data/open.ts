import { exists, isDirectory, listDirectory, walk } from '#files';
import { UserError } from '../base/errors.js';
import { excerpt, listed, oneLine, quote } from '../base/excerpt.js';
import { validate } from '../base/settings/validate.js';
import { nearest } from '../base/suggest.js';
import { withPartsJoined } from './changes/joined.js';
import { isIgnored } from './files/ignored.js';
import type { OpenedData, Place } from './formats/format.js';
import type { ReadingNote } from './notes.js';
import { fashionMnist } from './published/fashion-mnist.js';
import { mnist } from './published/mnist.js';
import type { PublishedOptions } from './published/published.js';
import { sprites } from './published/sprites.js';
import { type LikeOptions, type ReadOptions, readOptionsSchema } from './read-options.js';

/** Options for finding, fetching, reading and keeping data. */
export interface OpenOptions extends PublishedOptions, ReadOptions, LikeOptions {
  /**
   * Most bytes of decoded examples to hold in memory, 512 MB when left out. Larger data is decoded
   * once into shards in the cache folder, and read from there by batch.
   */
  readonly memoryLimit?: number;
  /**
   * Size of a sample, to look at data rather than train on it: pictures are decoded when they are
   * read, and so many of each part, spread over it, decide shape and range. Sizes and labels are of
   * all pictures.
   */
  readonly sample?: number;
  /**
   * Told how far pictures of a folder are, of how many: each is first looked at, then decoded, and counts at
   * both.
   */
  readonly onCount?: (done: number, of: number) => void;
}

/** The public datasets by the names that `openDataset` knows. */
const published: Readonly<
  Record<string, (options?: PublishedOptions) => Promise<Omit<OpenedData, 'name'>>>
> = {
  mnist,
  'fashion-mnist': fashionMnist,
  sprites: async () => ({ train: sprites() }),
};

/** Tells whether words name a public dataset, and so no path. */
export function isPublished(spec: string): boolean {
  return Object.hasOwn(published, spec);
}

/**
 * The data that a few words name: `mnist`, `fashion-mnist`, `sprites`, or the path of a file or folder of a
 * known format. A known name goes before a path; write `./mnist` for a folder of that name.
 * Options that do not apply to the data are left out, which `onProgress` is told.
 * @throws UserError when there is no such data or it cannot be read, or when an option is wrong; the
 *   signal's reason when that aborts a download or the decoding
 */
export async function openDataset(spec: string, options: OpenOptions = {}): Promise<OpenedData> {
  const data = await openParts(spec, options);
  return options.joinParts ? withPartsJoined(data) : data;
}

async function openParts(spec: string, options: OpenOptions): Promise<OpenedData> {
  const { mirrors, ...reach } = options;
  const { signal, onProgress, onCount, cache, memoryLimit, sample, like, cells, ...rest } = reach;
  const reading = validate(readOptionsSchema, rest, 'openDataset options');
  const known = isPublished(spec) ? published[spec] : undefined;
  if (known) {
    tellUnused(spec, reading, [], onProgress);
    return { name: spec, ...(await known(options)) };
  }

  // The readers of files are loaded only when there is one.
  const { formats } = await import('#formats');
  const choices = [...Object.keys(published), ...formats.map((format) => format.reads)].join(', ');
  if (spec === '' || !(await exists(spec))) {
    const guess = nearest(spec, Object.keys(published));
    throw new UserError(
      `No data ${excerpt(spec)}: there is no such file or folder. ${guess ? `Did you mean ${guess}? ` : ''}Give one of: ${choices}.`,
    );
  }
  const all = (await isDirectory(spec)) ? await listDirectory(spec) : undefined;
  const place = { path: spec, ...(all && { entries: all.filter((name) => !isIgnored(name)) }) };
  for (const format of formats) {
    const found = await format.open(place, {
      ...(reading as ReadOptions),
      cache,
      memoryLimit,
      sample,
      like,
      cells,
      onProgress,
      onCount,
      signal,
    });
    if (!found) continue;
    const data = withNotes(found, ignoredNotes(all));
    tellUnused(spec, reading, format.uses, onProgress);
    tellSkipped(data, onProgress);
    tellDoubtful(data, onProgress);
    return data;
  }
  const { refuseForeign } = await import('./files/foreign.js');
  await refuseForeign(place);
  throw new UserError(`${spec}: ${await absence(place)}. Give one of: ${choices}.`);
}

/** The reason why a place holds no data: its files by their endings. */
async function absence({ path, entries }: Place): Promise<string> {
  if (entries?.length === 0) return 'the folder is empty';
  const { othersNote } = await import('./pictures/list-pictures.js');
  const [note] = entries ? othersNote((await walk(path)).files) : [];
  const held = note ? ` (${oneLine(note.text)})` : '';
  return `there is no data in it that vaekit reads${held}`;
}

/** A note on files that are not the user's data. */
function ignoredNotes(entries: readonly string[] = []): ReadingNote[] {
  const ignored = entries.filter(isIgnored).map(quote);
  if (ignored.length === 0) return [];
  const are = ignored.length === 1 ? 'it is' : 'they are';
  const text = `${listed(ignored)} left out: ${are} hidden or of the system`;
  return [{ about: 'left out', text }];
}

function withNotes(data: OpenedData, notes: readonly ReadingNote[]): OpenedData {
  return notes.length === 0 ? data : { ...data, notes: [...(data.notes ?? []), ...notes] };
}

/** Tells of options that this data has no use for: they do no harm, but the user should know. */
function tellUnused(
  spec: string,
  options: object,
  uses: readonly (keyof ReadOptions)[],
  onProgress?: (message: string) => void,
): void {
  // `auto` decides by the content, so it fits data that is no table too.
  const unused = Object.entries(options).flatMap(([key, value]) =>
    value === undefined ||
    value === 'auto' ||
    key === 'joinParts' ||
    (uses as readonly string[]).includes(key)
      ? []
      : [key],
  );
  if (unused.length > 0) {
    onProgress?.(`${spec}: ${unused.join(', ')} left out, for that does not apply to this data`);
  }
}

function tellSkipped({ name, skipped = [] }: OpenedData, onProgress?: (message: string) => void) {
  const [first] = skipped;
  if (!first) return;
  const others = skipped.length > 1 ? `, the first ${first.name}` : `: ${first.name}`;
  onProgress?.(
    `${name}: ${skipped.length} broken ${skipped.length > 1 ? 'pictures' : 'picture'} skipped${others} (${first.reason})`,
  );
}

function tellDoubtful({ name, notes = [] }: OpenedData, onProgress?: (message: string) => void) {
  for (const { text } of notes.filter(({ doubtful }) => doubtful)) onProgress?.(`${name}: ${text}`);
}
