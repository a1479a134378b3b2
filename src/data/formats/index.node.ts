import type { DataFormat } from './format.js';
import { idxFile } from './idx-file.js';
import { idxFolder } from './idx-folder.js';

/** The formats in order of trial; the last takes any file. */
export const formats: readonly DataFormat[] = [idxFolder, idxFile];
