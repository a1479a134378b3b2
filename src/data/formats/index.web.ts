import { all } from './all.js';
import type { DataFormat } from './format.js';

/** The formats of files that a page can be given, in order of trial. */
export const formats: readonly DataFormat[] = all;
