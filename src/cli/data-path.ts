import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { exists } from '#files';
import { UserError } from '../base/errors.js';
import { excerpt } from '../base/excerpt.js';
import { baseName } from '../base/paths.js';
import { isPublished } from '../data/open.js';
import { type ReadOptions, readingOver } from '../data/read-options.js';
import { isHubAddress } from '../runs/index.js';

/*
 * A run keeps the paths of its data as seen from the folder that holds both, and where that folder is,
 * seen from the run. So the data is found from any folder, also after run and data were moved
 * together, and no run tells where in a file system it was trained. Absolute paths stay.
 */

type Training = Readonly<Record<string, unknown>>;

/** Tells the path of a file from the name of a column. */
const looksLikePath = (label: string) => /[\\/]/.test(label);

/** A relative path as configs hold it, which is no name of a public dataset. */
function written(path: string): string {
  const slashed = path.split(sep).join('/') || '.';
  return isPublished(slashed) ? `./${slashed}` : slashed;
}

/** The folder that holds all the places. */
function commonFolder(places: readonly string[]): string {
  const [first, ...others] = places as [string, ...string[]];
  const isInside = (place: string, folder: string) => {
    const from = relative(folder, place);
    return !isAbsolute(from) && from.split(sep)[0] !== '..';
  };
  let folder = first;
  while (others.some((place) => !isInside(place, folder)) && folder !== dirname(folder)) {
    folder = dirname(folder);
  }
  return folder;
}

/** Data as a run's config keeps it. @param run its folder */
export async function recordedData(run: string, data: string, reading: ReadOptions) {
  const { label } = reading;
  const isFile = label !== undefined && (await exists(label));
  const files = [...(isPublished(data) ? [] : [data]), ...(isFile ? [label] : [])];
  const moving = files.filter((path) => !isAbsolute(path));
  const read = Object.keys(reading).length > 0 ? { read: reading } : {};
  if (moving.length === 0) return { data, ...read };
  const folder = commonFolder([run, ...moving.map((path) => dirname(path))].map((p) => resolve(p)));
  const seen = (path: string) =>
    moving.includes(path) ? written(relative(folder, resolve(path))) : path;
  const labelPath = isFile ? { label: seen(label).replace(/^(?=[^\\/]+$)/, './') } : {};
  return {
    data: seen(data),
    dataFrom: written(relative(resolve(run), folder)),
    ...(isFile ? { read: { ...reading, ...labelPath } } : read),
  };
}

/** The data of a config, by paths that hold in the working folder. */
export interface LocatedData {
  readonly data: string;
  readonly reading: ReadOptions;
  /** Tells whether labels are in a file of their own. */
  readonly hasLabelFile: boolean;
}

/**
 * Finds the data that a config names, and how to read it.
 * @param place the run, or the folder of a config file
 * @param training of the config; without `dataFrom` its paths start from the working folder
 * @param usual the data where the config names none
 */
export async function locateData(
  place: string,
  training: Training,
  usual: string,
): Promise<LocatedData> {
  const { dataFrom: from, data = usual } = training;
  if (isHubAddress(place)) return sharedData(String(data), readingOver(training.read));
  const start = typeof from === 'string' ? resolve(place, from) : process.cwd();
  const seen = (path: string) =>
    isAbsolute(path) ? path : written(relative(process.cwd(), resolve(start, path)));
  const { label, ...reading } = readingOver(training.read);
  const hasLabelFile = label !== undefined && (looksLikePath(label) || (await exists(seen(label))));
  const spec = String(data);
  return {
    data: isPublished(spec) ? spec : seen(spec),
    reading: {
      ...reading,
      ...(label === undefined ? {} : { label: hasLabelFile ? seen(label) : label }),
    },
    hasLabelFile,
  };
}

/** The data of a run from elsewhere: its paths are another machine's, and none is opened. */
function sharedData(data: string, { label, ...reading }: ReadOptions): LocatedData {
  const hasLabelFile = label !== undefined && looksLikePath(label);
  const column = label === undefined || hasLabelFile ? {} : { label };
  return { data, reading: { ...reading, ...column }, hasLabelFile };
}

const isThere = async ({ data }: LocatedData) => isPublished(data) || exists(data);

/**
 * The data of a config file. Where a run's config was copied elsewhere, its paths may start from the
 * working folder; a line tells so.
 */
export async function locateConfigData(
  file: string,
  training: Training,
  usual: string,
): Promise<LocatedData> {
  const located = await locateData(isHubAddress(file) ? file : dirname(file), training, usual);
  if (typeof training.dataFrom !== 'string' || isHubAddress(file)) return located;
  if (await isThere(located)) return located;
  const here = await locateData('.', { ...training, dataFrom: '.' }, usual);
  if (!(await isThere(here))) return located;
  process.stdout.write(
    `Data from ${here.data}: ${file} names ${located.data}, which is not there.\n`,
  );
  return here;
}

/** @throws UserError when a run's data is not where it was */
export async function requireData(run: string, located: LocatedData): Promise<void> {
  if (isHubAddress(run) && !isPublished(located.data)) {
    throw new UserError(
      `${run}: it was trained on ${excerpt(baseName(located.data))}, which is no part of the run. Say by --data where it is.`,
    );
  }
  if (await isThere(located)) return;
  throw new UserError(
    `${run}: the data it was trained on is not at ${excerpt(resolve(located.data), 200)}. Put it there, or say by --data where it is.`,
  );
}
