import { arrayFolder, otherArrays } from './array-folder.js';
import type { DataFormat } from './format.js';
import { idxFile } from './idx-file.js';
import { npyFile } from './npy-file.js';
import { npzFile } from './npz-file.js';
import { pictureFolder } from './picture-folder.js';

/** The formats of files that a page can be given, in order of trial. */
export const formats: readonly DataFormat[] = [
  arrayFolder,
  pictureFolder,
  otherArrays,
  npyFile,
  npzFile,
  idxFile,
];
