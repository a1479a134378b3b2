import type { DataFormat } from './format.js';

/** A browser has no files in any format. */
export const formats: readonly DataFormat[] = [];
