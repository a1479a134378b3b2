import { csvFile } from './csv-file.js';
import type { DataFormat } from './format.js';
import { idxFile } from './idx-file.js';
import { idxFolder } from './idx-folder.js';
import { jsonFile } from './json-file.js';
import { npyFile } from './npy-file.js';
import { npzFile } from './npz-file.js';
import { parquetFile } from './parquet-file.js';
import { pictureFolder } from './picture-folder.js';
import { tableFolder } from './table-folder.js';

/** The formats of files that a page can be given, in order of trial; the last takes any file. */
export const formats: readonly DataFormat[] = [
  idxFolder,
  parquetFile,
  pictureFolder,
  tableFolder,
  npyFile,
  npzFile,
  csvFile,
  jsonFile,
  idxFile,
];
