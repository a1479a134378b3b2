import { within } from '../../base/paths.js';
import { chosenByName, named } from '../arrays/choose.js';
import { entriesIn, entryOfFile } from '../arrays/files.js';
import { openArrays } from '../arrays/open-arrays.js';
import type { ReadingNote } from '../notes.js';
import type { DataFormat, FormatOptions, OpenedData, Place } from './format.js';
import { dataName } from './idx-dataset.js';
import { idxFile } from './idx-file.js';
import { npyFile } from './npy-file.js';
import { npzFile } from './npz-file.js';

const uses = ['columns', 'label', 'layout', 'shape', 'missing'] as const;

async function openFolder({ path, entries: files = [] }: Place, options: FormatOptions) {
  const entries = entriesIn(path, files);
  return openArrays({ name: dataName(path), path, entries }, options);
}

/** Files of a folder that are no arrays, as a note. */
function othersNote(files: readonly string[], used: number): ReadingNote[] {
  const others = files.length - used;
  if (others <= 0) return [];
  return [
    {
      about: 'left out',
      text: `${others} other ${others === 1 ? 'file or folder' : 'files and folders'} beside the arrays`,
    },
  ];
}

const isArray = (file: string) => entryOfFile(file) !== undefined;

/**
 * A folder of arrays in files of their own, whose names tell their roles: `train-images-idx3-ubyte` as
 * MNIST has it, `X_train.npy`, `kmnist-train-imgs.npz`.
 */
export const arrayFolder: DataFormat = {
  reads: 'a folder with train-images-idx3-ubyte, X_train.npy and the like',
  uses,
  async open(place, options): Promise<OpenedData | undefined> {
    const { path, entries: files } = place;
    if (!files) return undefined;
    const entries = named(entriesIn(path, files));
    if (!chosenByName(entries)) return undefined;
    const data = await openFolder(place, options);
    const notes = othersNote(files, files.filter(isArray).length);
    return { ...data, notes: [...(data.notes ?? []), ...notes] };
  },
};

/** A folder of arrays whose names do not tell their roles. It is tried after folders of pictures. */
export const otherArrays: DataFormat = {
  reads: 'a folder with one array',
  uses,
  async open(place, options) {
    const { path, entries: files } = place;
    if (!files) return undefined;
    const [only, ...others] = files.filter(isArray);
    if (only === undefined) return undefined;
    if (others.length > 0) return openFolder(place, options);
    const file = { path: within(path, only) };
    for (const format of [npyFile, npzFile, idxFile]) {
      const data = await format.open(file, options);
      if (data) return data;
    }
    return undefined;
  },
};
