import { gather } from '#gather';
import { decodePicture } from '#pictures';
import { UserError } from '../../base/errors.js';
import { listedNames } from '../../base/excerpt.js';
import type { Dataset } from '../dataset.js';
import type { FormatOptions, Skipped } from '../formats/format.js';
import { labelsAt } from '../labels.js';
import type { ReadingNote } from '../notes.js';
import { colourOf } from '../pictures/colour.js';
import { type Decoding, pictureKinds } from '../pictures/picture.js';
import { datasetOptions, type GatheredData } from './gather.js';
import { type Picture, type PictureSource, windows } from './picture-source.js';
import { type Survey, surveyPictures, windowBytes } from './survey-pictures.js';

export type { Picture, PictureSource };

/** Pictures that are decoded at the same time, if their pixels take no more than `windowBytes`. */
const windowSize = 32;

/** Milliseconds between two lines on how far decoding is. */
const reportInterval = 5000;

/** Pictures of a source that cannot be read, by their places. */
type Broken = Map<number, Skipped>;

/**
 * Pictures as a dataset of [channels, height, width]: uint8, or float32 from 0 to 1 when some have
 * more than 8 bits. One that cannot be read is skipped, or with `strict` an error.
 * @throws UserError when pictures differ in size and no `resize` is given, or when none can be read
 */
export async function gatherPictures(
  source: PictureSource,
  options: FormatOptions,
): Promise<GatheredData> {
  const [data] = await gatherPictureParts(source.name, [source], options);
  return data!;
}

/**
 * The parts of data of pictures, of one shape and scaled alike.
 * With `options.sample` nothing is decoded before it is read, and so many pictures of each part decide
 * the shape.
 * @param name of all of them
 * @throws UserError as `gatherPictures`
 */
export async function gatherPictureParts(
  name: string,
  sources: readonly PictureSource[],
  options: FormatOptions,
): Promise<readonly GatheredData[]> {
  const { resize, crop, channels, background, strict, sample } = options;
  const count = counterOf(sources, options);
  if (crop && resize === undefined) {
    throw new UserError(`${name}: crop needs resize, the size to cut to. Give both.`);
  }
  const survey = surveyOnce(name, sources, options, count);
  const parts: GatheredData[] = [];
  for (const [place, source] of sources.entries()) {
    if (sample !== undefined && source.at) {
      parts.push(await decodedWhenRead(source, await survey(source), options));
      continue;
    }
    // All parts decide how one is read.
    const keys = sources.map((each) => each.key);
    const labels = source.labels && [Array.from(source.labels.labels), source.labels.classNames];
    const key = { pictures: 2, keys, place, labels, resize, crop, channels, background };
    const data = await gather(
      source.name,
      key,
      async (begin) => decodeAll(source, await survey(source), options, begin, count),
      options,
    );
    // The cache may have been written without `strict`.
    if (strict && data.skipped[0]) throw unreadable(data.skipped[0]);
    parts.push(data);
  }
  return parts;
}

/** Tells that so many pictures more were looked at or decoded. */
type Count = (more: number) => void;

function counterOf(sources: readonly PictureSource[], { onCount }: FormatOptions): Count {
  const all = 2 * sources.reduce((sum, { count }) => sum + count, 0);
  let done = 0;
  return (more) => {
    done += more;
    onCount?.(done, all);
  };
}

/** A survey of all parts with the pictures of a part that it could not read; made when first asked for. */
function surveyOnce(
  name: string,
  sources: readonly PictureSource[],
  options: FormatOptions,
  count: Count,
) {
  const broken = new Map<PictureSource, Broken>(sources.map((source) => [source, new Map()]));
  let survey: Promise<Survey | undefined> | undefined;
  return async (source: PictureSource) => {
    survey ??= surveyPictures(
      name,
      sources,
      options,
      (of, { index, picture }, error) =>
        refuse(broken.get(of)!, index, picture.name, error, options),
      count,
      options.sample,
    );
    const found = await survey;
    if (!found) throw noneReadable(source, broken.get(source)!);
    return { survey: found, broken: broken.get(source)! };
  };
}

function refuse(
  broken: Broken,
  index: number,
  name: string,
  error: unknown,
  { strict }: FormatOptions,
): void {
  if (!(error instanceof UserError)) throw error;
  if (strict) throw unreadable({ name, reason: error.message });
  broken.set(index, { name, reason: error.message });
}

interface Surveyed {
  readonly survey: Survey;
  readonly broken: Broken;
}

function decodingOf({ shape, ranges }: Survey, options: FormatOptions): Decoding {
  const { resize, crop, background = 'white' } = options;
  const fit = resize === undefined ? undefined : crop ? 'cover' : 'fill';
  return { shape, ranges, fit, background: colourOf(background) };
}

/** The values of a picture in the type of its dataset. */
async function decodeAs(dtype: Survey['dtype'], picture: Picture, decoding: Decoding) {
  const { values, isVeiled } = await decodePicture(await picture.bytes(), decoding);
  const isAsked = dtype === 'uint8' || values instanceof Float32Array;
  return { isVeiled, values: isAsked ? values : Float32Array.from(values, (value) => value / 255) };
}

async function decodeAll(
  source: PictureSource,
  { survey, broken }: Surveyed,
  options: FormatOptions,
  begin: Parameters<Parameters<typeof gather>[2]>[0],
  told: Count,
) {
  const { shape, dtype } = survey;
  const { channels, height, width } = shape;
  const decoding = decodingOf(survey, options);
  const add = begin({ shape: [channels, height, width], dtype, most: source.count });
  const kept: number[] = [];
  const veiled: string[] = [];
  const report = reporter(source, options);
  const bytes = channels * height * width * (dtype === 'uint8' ? 1 : 4);
  const count = Math.max(1, Math.min(windowSize, Math.floor(windowBytes / bytes)));
  for await (const window of windows(source.pictures(), count)) {
    const results = await Promise.allSettled(
      window.map(({ index, picture }) =>
        broken.has(index) ? undefined : decodeAs(dtype, picture, decoding),
      ),
    );
    for (const [i, result] of results.entries()) {
      const { index, picture } = window[i]!;
      if (result.status === 'rejected') {
        refuse(broken, index, picture.name, result.reason, options);
      } else if (result.value) {
        await add(result.value.values);
        if (result.value.isVeiled) veiled.push(source.origins?.[index] ?? picture.name);
        kept.push(index);
      }
    }
    report(window.at(-1)!.index + 1);
    told(window.length);
  }
  if (kept.length === 0) throw noneReadable(source, broken);
  return {
    ...(source.labels ? labelsAt(source.labels, kept) : {}),
    ...(source.origins ? { origins: kept.map((index) => source.origins![index]!) } : {}),
    skipped: [...broken].sort(([a], [b]) => a - b).map(([, each]) => each),
    notes: [...survey.notes, ...veiledNote(veiled, kept.length, options)],
  };
}

/** Transparent pictures of which nothing is seen on the ground. */
function veiledNote(
  veiled: readonly string[],
  count: number,
  { background = 'white' }: FormatOptions,
): ReadingNote[] {
  if (veiled.length === 0) return [];
  const other = background === 'white' ? 'black' : 'white';
  const [verb, colour] = veiled.length === 1 ? ['is', 'one colour'] : ['are', 'one colour each'];
  const text = `${veiled.length} of ${count} pictures ${verb} ${colour} on the ${background} ground that is seen through them (${listedNames(veiled)}): background ${other} (--background ${other}) may show more`;
  return [{ about: 'values', text, doubtful: true }];
}

/** A dataset whose pictures are decoded when they are read: to look at some of many. */
async function decodedWhenRead(
  source: PictureSource,
  { survey }: Surveyed,
  options: FormatOptions,
): Promise<GatheredData> {
  const { shape, dtype } = survey;
  const { channels, height, width } = shape;
  const decoding = decodingOf(survey, options);
  const size = channels * height * width;
  const dataset: Dataset = {
    ...datasetOptions(source.name, { ...source.labels, origins: source.origins }),
    size: source.count,
    shape: [channels, height, width],
    dtype,
    async read(indices, target) {
      const pictures = Array.from(indices, (index) => source.at!(index));
      for (let start = 0; start < pictures.length; start += windowSize) {
        const some = pictures.slice(start, start + windowSize);
        const decoded = await Promise.all(
          some.map((picture) =>
            decodeAs(dtype, picture, decoding).catch((error: unknown) => {
              throw error instanceof UserError
                ? unreadable({ name: picture.name, reason: error.message })
                : error;
            }),
          ),
        );
        for (const [i, { values }] of decoded.entries()) target.set(values, (start + i) * size);
      }
    },
  };
  return { dataset, skipped: [], notes: survey.notes };
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
    `${source.name}: none of ${source.count} pictures can be read${why}. Give ${pictureKinds}.`,
  );
}
