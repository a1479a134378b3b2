import { arrayFolder, otherArrays } from './array-folder.js';
import { binaryFolder } from './binary-folder.js';
import type { DataFormat } from './format.js';
import { idxFile } from './idx-file.js';
import { npyFile } from './npy-file.js';
import { npzFile } from './npz-file.js';
import { pictureFolder } from './picture-folder.js';
import { safetensorsFile } from './safetensors-file.js';

/** The formats of files that a page can be given, in order of trial. */
export const formats: readonly DataFormat[] = [
  binaryFolder,
  arrayFolder,
  pictureFolder,
  otherArrays,
  npyFile,
  npzFile,
  safetensorsFile,
  idxFile,
];
