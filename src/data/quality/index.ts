/**
 * Judges synthetic rows of a table beside real ones: `report.ts` measures all, over a file a measure.
 */
export { measureQuality, type QualityOptions, type QualityReport } from './report.js';
export type { QualityRows } from './rows.js';
export { type QualitySources, qualityRows, type RowSource } from './sources.js';
