import { pictureInfo, rawPicture, showsColour } from '#pictures';
import { UserError } from '../../base/errors.js';
import { listed } from '../../base/excerpt.js';
import type { FormatOptions } from '../formats/format.js';
import type { ReadingNote } from '../notes.js';
import { colourOf } from '../pictures/colour.js';
import type { Depth, PictureInfo, PictureShape, Range, Ranges } from '../pictures/picture.js';
import { rangeOf } from '../pictures/raw-picture.js';
import { type PictureSource, type Placed, spreadOver } from './picture-source.js';

/** Most bytes of a decoded picture that is not made smaller. */
export const windowBytes = 2 ** 26;

/** Bits that cameras and scanners give in files of 16. */
const usualBits = [8, 10, 12, 14, 16];

/** Facts that must be known of pictures before the first is decoded. */
export interface Survey {
  readonly shape: PictureShape;
  readonly dtype: 'uint8' | 'float32';
  readonly ranges: Ranges;
  readonly notes: readonly ReadingNote[];
}

/** Takes a picture that cannot be read. */
export type Refuse = (source: PictureSource, placed: Placed, error: unknown) => void;

/** A form of pictures, with the first of it. */
interface Seen {
  readonly first: string;
  count: number;
}

/** Looks at the headers of pictures, and at their pixels as far as it must. */
class Surveyor {
  first: { readonly name: string; readonly info: PictureInfo } | undefined;
  hasColour = false;
  count = 0;
  readonly sizes = new Map<string, Seen>();
  readonly depths = new Map<Depth, Seen>();
  readonly paged = new Map<number, Seen>();
  readonly ranges = new Map<'whole' | 'real', Range>();
  readonly #isSized: boolean;

  constructor(
    private readonly name: string,
    private readonly options: FormatOptions,
  ) {
    this.#isSized = options.resize !== undefined;
  }

  /** Looks at one. @throws UserError when it cannot be read, or is of another size */
  async look(bytes: Uint8Array): Promise<PictureInfo> {
    const { channels, background = 'white' } = this.options;
    const ground = colourOf(background);
    const info = await pictureInfo(bytes, ground);
    if (info.depth !== 'bytes') {
      const raw = await rawPicture(bytes);
      const range = rangeOf(raw);
      if (!range) throw new UserError('it holds values that are not finite');
      if (raw.white === undefined) this.#widen(info.depth, range);
    }
    // Gray that was saved as colour is gray: the pixels tell, until the first that is coloured.
    if (channels === undefined && !this.hasColour && info.channels === 3) {
      this.hasColour ||= await showsColour(bytes, ground);
    }
    return info;
  }

  /** Notes one down, in the order of the pictures. @throws UserError when it is of another size */
  add(name: string, info: PictureInfo): void {
    this.count++;
    this.first ??= { name, info };
    const { first } = this;
    if (!this.#isSized && (info.height !== first.info.height || info.width !== first.info.width)) {
      throw new UserError(
        `${this.name}: pictures differ in size: ${first.name} is ${sizeOf(first.info)}, ${name} is ${sizeOf(info)}. Give resize (--resize) to bring all to one size.`,
      );
    }
    see(this.sizes, `${info.height}×${info.width}`, name);
    see(this.depths, info.depth, name);
    if (info.pages > 1) see(this.paged, info.pages, name);
  }

  #widen(depth: 'whole' | 'real', [low, high]: Range): void {
    const known = this.ranges.get(depth) ?? [low, high];
    this.ranges.set(depth, [Math.min(known[0], low), Math.max(known[1], high)]);
  }
}

function see<K>(map: Map<K, Seen>, key: K, name: string): void {
  const seen = map.get(key);
  if (seen) seen.count++;
  else map.set(key, { first: name, count: 1 });
}

/**
 * Looks at the pictures of all parts of data, so that all are brought to one shape and scaled alike.
 * @param onLooked told of pictures that were looked at
 * @param most pictures of each part that are looked at
 * @returns undefined when none can be read
 * @throws UserError when pictures differ in size and no `resize` is given
 */
export async function surveyPictures(
  name: string,
  sources: readonly PictureSource[],
  options: FormatOptions,
  refuse: Refuse,
  onLooked: (count: number) => void = () => {},
  most = Number.POSITIVE_INFINITY,
): Promise<Survey | undefined> {
  const surveyor = new Surveyor(name, options);
  for (const source of sources) {
    for await (const window of spreadOver(source, most)) {
      options.signal?.throwIfAborted();
      const results = await Promise.allSettled(
        window.map(async ({ picture }) => surveyor.look(await picture.bytes())),
      );
      for (const [i, result] of results.entries()) {
        const placed = window[i]!;
        if (result.status === 'rejected') refuse(source, placed, result.reason);
        else surveyor.add(placed.picture.name, result.value);
      }
      onLooked(window.length);
    }
  }
  return conclude(name, surveyor, options);
}

function conclude(name: string, surveyor: Surveyor, options: FormatOptions): Survey | undefined {
  const { first, hasColour } = surveyor;
  if (!first) return undefined;
  const { resize, channels } = options;
  const size = typeof resize === 'number' ? ([resize, resize] as const) : resize;
  const { height, width } = first.info;
  if (!size && height * width * 3 > windowBytes) {
    throw new UserError(
      `${name}: pictures of ${sizeOf(first.info)} are too large to train on as they are. Give resize (--resize) to make them smaller.`,
    );
  }
  const shape = {
    channels: channels ?? (hasColour ? 3 : 1),
    height: size?.[0] ?? height,
    width: size?.[1] ?? width,
  } as const;
  const isDeep = surveyor.depths.has('whole') || surveyor.depths.has('real');
  const { ranges, notes } = scalings(surveyor);
  return {
    shape,
    dtype: isDeep ? 'float32' : 'uint8',
    ranges,
    notes: [...sizeNotes(surveyor, shape, options), ...channelNotes(surveyor, options), ...notes],
  };
}

function sizeNotes(
  { sizes, paged }: Surveyor,
  { height, width }: PictureShape,
  { crop }: FormatOptions,
): ReadingNote[] {
  const notes: ReadingNote[] = [];
  if (sizes.size > 1 || !sizes.has(`${height}×${width}`)) {
    const texts = [...sizes.keys()];
    const from = sizes.size > 1 ? `${sizes.size} sizes (${listed(texts)})` : texts[0];
    const how = crop ? 'scaled and cut' : 'stretched';
    notes.push({
      about: 'axes',
      text: `pictures of ${from} high and wide are ${how} to ${height}×${width}`,
    });
  }
  const [most] = [...paged.values()];
  if (most) {
    const count = [...paged.values()].reduce((sum, seen) => sum + seen.count, 0);
    notes.push({
      about: 'left out',
      text: `${count === 1 ? 'a picture has' : `${count} pictures have`} more than one page or frame, of which the first is read: ${most.first}`,
      doubtful: true,
    });
  }
  return notes;
}

function channelNotes({ hasColour }: Surveyor, { channels }: FormatOptions): ReadingNote[] {
  if (channels !== undefined) {
    return [{ about: 'axes', text: `${channels === 1 ? 'gray' : 'colour'}, as channels says` }];
  }
  const text = hasColour
    ? 'colour: three channels, for not all pixels are gray'
    : 'gray: one channel, for all pixels are gray, however they were saved';
  return [{ about: 'axes', text }];
}

/** The values of black and white in pictures of more than 8 bits, and how they were found. */
function scalings({ ranges, depths, count }: Surveyor): { ranges: Ranges; notes: ReadingNote[] } {
  const found: Partial<Record<'whole' | 'real', Range>> = {};
  const notes: ReadingNote[] = [];
  const shown = (value: number) =>
    Number(value.toPrecision(6)).toLocaleString('en-US', {
      maximumFractionDigits: 6,
    });
  for (const [depth, [low, high]] of ranges) {
    const isUnit = depth === 'real' && low >= 0 && high <= 1;
    const bits = usualBits.find((each) => high < 2 ** each);
    const isWhole = depth === 'whole' && low >= 0 && bits !== undefined;
    const range: Range = isUnit ? [0, 1] : isWhole ? [0, 2 ** bits - 1] : [Math.min(0, low), high];
    found[depth] = range;
    const kind = depth === 'real' ? 'real numbers' : 'more than 8 bits';
    const why = isUnit
      ? 'kept as they are'
      : isWhole
        ? `taken for ${bits} bits and divided by ${shown(range[1])}`
        : `scaled so that ${shown(range[0])} is black and ${shown(range[1])} is white`;
    notes.push({
      about: 'values',
      text: `pictures of ${kind} hold ${shown(low)} to ${shown(high)} over all of the data: ${why}`,
      ...(isUnit || bits === 16 ? {} : { doubtful: true }),
    });
  }
  const bytes = depths.get('bytes');
  if (bytes && bytes.count < count) {
    const text = `${bytes.count} of ${count} pictures have 8 bits and are divided by 255, the others have more`;
    notes.push({ about: 'values', text, doubtful: true });
  }
  return { ranges: found, notes };
}

function sizeOf({ height, width }: PictureInfo): string {
  return `${height} high and ${width} wide`;
}
