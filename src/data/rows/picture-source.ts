import { oneLine } from '../../base/excerpt.js';
import type { Labels } from '../labels.js';
import type { ReadingNote } from '../notes.js';

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
  /** Facts that decide the pictures and their labels, as JSON. */
  readonly key: unknown;
  /** One label a picture. */
  readonly labels?: Labels | undefined;
  /** The place of each picture, for people. */
  readonly origins?: readonly string[] | undefined;
  pictures(): Iterable<Picture> | AsyncIterable<Picture>;
  /** A picture by its place, where that is possible without the pictures before it. */
  at?(index: number): Picture;
}

/** Pictures that are looked at or decoded at the same time. */
const windowSize = 32;

/** A picture with its place. */
export interface Placed {
  readonly index: number;
  readonly picture: Picture;
}

/** Pictures with their places, some at a time. */
export async function* windows(
  pictures: Iterable<Picture> | AsyncIterable<Picture>,
  count = windowSize,
): AsyncGenerator<Placed[]> {
  let window: Placed[] = [];
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

/** Pictures of a source, spread evenly; all of them when the source cannot be read by place. */
export async function* spreadOver(source: PictureSource, most: number): AsyncGenerator<Placed[]> {
  if (!source.at || source.count <= most) {
    yield* windows(source.pictures());
    return;
  }
  const places = Array.from({ length: most }, (_, i) => Math.floor((i * source.count) / most));
  for (let start = 0; start < most; start += windowSize) {
    yield places
      .slice(start, start + windowSize)
      .map((index) => ({ index, picture: source.at!(index) }));
  }
}

/** Notes that several parts of data have alike, each once and on one line, with any names in it. */
export function eachOnce(notes: readonly ReadingNote[]): readonly ReadingNote[] {
  const lines = notes.map((note) => ({ ...note, text: oneLine(note.text) }));
  return lines.filter(({ text }, i) => lines.findIndex((note) => note.text === text) === i);
}
