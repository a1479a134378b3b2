/**
 * Searches of settings: `settings.ts` has the values that one may have, `trials.ts` the runs, `halving.ts` which goes
 * on, and `sweep.ts` has them trained several at a time. How a run is trained is a function of the caller's.
 */
export type { MethodOptions } from './definition.js';
export type { SettingOptions } from './settings.js';
export { type SweepOptions, type SweepRun, type SweepRunning, type Swept, sweep } from './sweep.js';
export type { Trial } from './trials.js';
