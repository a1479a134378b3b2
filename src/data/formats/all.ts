import { arrayFolder, otherArrays } from './array-folder.js';
import { binaryFolder } from './binary-folder.js';
import { csvFile } from './csv-file.js';
import type { DataFormat } from './format.js';
import { idxFile } from './idx-file.js';
import { jsonFile } from './json-file.js';
import { npyFile } from './npy-file.js';
import { npzFile } from './npz-file.js';
import { parquetFile } from './parquet-file.js';
import { pictureFolder } from './picture-folder.js';
import { safetensorsFile } from './safetensors-file.js';
import { tableFolder } from './table-folder.js';

/** Every format that is read in Node and in browsers alike, in order of trial: a line a file. */
export const all: readonly DataFormat[] = [
  binaryFolder,
  arrayFolder,
  parquetFile,
  pictureFolder,
  tableFolder,
  otherArrays,
  npyFile,
  npzFile,
  safetensorsFile,
  csvFile,
  jsonFile,
  idxFile,
];
