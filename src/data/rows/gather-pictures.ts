import { gather } from '#gather';
import { decodePicture, pictureInfo } from '#pictures';
import { UserError } from '../../base/errors.js';
import type { Dataset } from '../dataset.js';
import type { FormatOptions, Skipped } from '../formats/format.js';
import { type Labels, labelsAt } from '../labels.js';
import type { PictureInfo, PictureShape } from '../pictures/picture.js';

/** Pictures that are decoded at the same time, if their pixels take no more than `windowBytes`. */
const windowSize = 32;
const windowBytes = 2 ** 26;

/** Milliseconds between two lines on how far decoding is. */
const reportInterval = 5000;

/** A picture that is not decoded yet. */
export interface Picture {
  /** Its file or row, for messages. */
  readonly name: string;
  /** @throws UserError when it cannot be read */
  bytes(): Promise<Uint8Array>;
}

/** Pictures that can be gone through more than once. */
export interface PictureSource {
  readonly name: string;
  readonly count: number;
  /** All that decides the pictures and their labels, as JSON. */
  readonly key: unknown;
  /** One label a picture. */
  readonly labels?: Labels | undefined;
  pictures(): Iterable<Picture> | AsyncIterable<Picture>;
}

/**
 * Pictures as a dataset of uint8 [channels, height, width]. One that cannot be read is skipped, or
 * with `strict` an error.
 * @throws UserError when pictures differ in size and no `resize` is given, or when none can be read
 */
export async function gatherPictures(
  source: PictureSource,
  options: FormatOptions,
): Promise<{ dataset: Dataset; skipped: readonly Skipped[] }> {
  const { resize, crop, channels, strict = false } = options;
  if (crop && resize === undefined) {
    throw new UserError(`${source.name}: crop needs resize, the size to cut to. Give both.`);
  }
  const key = { pictures: 1, source: source.key, labels: labelKey(source), resize, crop, channels };
  const { dataset, skipped } = await gather(
    source.name,
    key,
    async (begin) => {
      const broken = new Map<number, Skipped>();
      const refuse = (index: number, name: string, error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        if (strict) throw unreadable({ name, reason: error.message });
        broken.set(index, { name, reason: error.message });
      };
      const shape = await chooseShape(source, options, refuse);
      if (!shape) throw noneReadable(source, broken);
      const fit = resize === undefined ? undefined : crop ? ('cover' as const) : ('fill' as const);
      const add = begin({
        shape: [shape.channels, shape.height, shape.width],
        dtype: 'uint8',
        most: source.count,
      });
      const kept: number[] = [];
      const report = reporter(source, options);
      const decode = (picture: Picture) =>
        picture.bytes().then((bytes) => decodePicture(bytes, shape, fit));
      const bytes = shape.channels * shape.height * shape.width;
      const count = Math.max(1, Math.min(windowSize, Math.floor(windowBytes / bytes)));
      for await (const window of windows(source.pictures(), count)) {
        const results = await Promise.allSettled(
          window.map(({ index, picture }) => (broken.has(index) ? undefined : decode(picture))),
        );
        for (const [i, result] of results.entries()) {
          const { index, picture } = window[i]!;
          if (result.status === 'rejected') refuse(index, picture.name, result.reason);
          else if (result.value) {
            await add(result.value);
            kept.push(index);
          }
        }
        report(window.at(-1)!.index + 1);
      }
      if (kept.length === 0) throw noneReadable(source, broken);
      const skipped = [...broken].sort(([a], [b]) => a - b).map(([, each]) => each);
      return { ...(source.labels ? labelsAt(source.labels, kept) : {}), skipped };
    },
    options,
  );
  // The cache may have been written without `strict`.
  if (strict && skipped[0]) throw unreadable(skipped[0]);
  return { dataset, skipped };
}

function labelKey({ labels }: PictureSource) {
  return labels && [Array.from(labels.labels), labels.classNames];
}

/** The size and channels of all pictures; undefined when none can be read. */
async function chooseShape(
  source: PictureSource,
  { resize, channels }: FormatOptions,
  refuse: (index: number, name: string, error: unknown) => void,
): Promise<PictureShape | undefined> {
  const size = typeof resize === 'number' ? ([resize, resize] as const) : resize;
  if (size && channels) return { channels, height: size[0], width: size[1] };
  let first: { name: string; info: PictureInfo } | undefined;
  let colour = false;
  for await (const window of windows(source.pictures())) {
    const results = await Promise.allSettled(
      window.map(({ picture }) => picture.bytes().then(pictureInfo)),
    );
    for (const [i, result] of results.entries()) {
      const { index, picture } = window[i]!;
      if (result.status === 'rejected') {
        refuse(index, picture.name, result.reason);
        continue;
      }
      const info = result.value;
      first ??= { name: picture.name, info };
      colour ||= info.channels === 3;
      if (!size && (info.height !== first.info.height || info.width !== first.info.width)) {
        throw new UserError(
          `${source.name}: pictures differ in size: ${first.name} is ${sizeOf(first.info)}, ${picture.name} is ${sizeOf(info)}. Give resize (--resize) to bring all to one size.`,
        );
      }
    }
  }
  if (!first) return undefined;
  if (!size && first.info.height * first.info.width * 3 > windowBytes) {
    throw new UserError(
      `${source.name}: pictures of ${sizeOf(first.info)} are too large to train on as they are. Give resize (--resize) to make them smaller.`,
    );
  }
  return {
    channels: channels ?? (colour ? 3 : 1),
    height: size?.[0] ?? first.info.height,
    width: size?.[1] ?? first.info.width,
  };
}

function sizeOf({ height, width }: PictureInfo): string {
  return `${height} high and ${width} wide`;
}

/** Pictures with their places, some at a time. */
async function* windows(pictures: Iterable<Picture> | AsyncIterable<Picture>, count = windowSize) {
  let window: { index: number; picture: Picture }[] = [];
  let index = 0;
  for await (const picture of pictures) {
    window.push({ index: index++, picture });
    if (window.length === count) {
      yield window;
      window = [];
    }
  }
  if (window.length > 0) yield window;
}

function reporter({ name, count }: PictureSource, { onProgress }: FormatOptions) {
  let last = performance.now();
  return (done: number) => {
    const now = performance.now();
    if (now - last < reportInterval) return;
    last = now;
    onProgress?.(`${name}: ${done} of ${count} pictures decoded`);
  };
}

function unreadable({ name, reason }: Skipped): UserError {
  return new UserError(
    `${name}: not a picture that can be read (${reason}). Replace or remove it, or leave out strict to skip it.`,
  );
}

function noneReadable(source: PictureSource, broken: ReadonlyMap<number, Skipped>): UserError {
  const [first] = broken.values();
  const why = first ? `; ${first.name}: ${first.reason.replace(/\.$/, '')}` : '';
  return new UserError(
    `${source.name}: none of ${source.count} pictures can be read${why}. Give PNG, JPEG, WebP, GIF, BMP or TIFF.`,
  );
}
