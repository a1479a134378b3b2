/**
 * Sharing of runs on the Hugging Face Hub: `push.ts` sends one with the card of `card.ts`, `pull.ts` fetches one into
 * a folder. Reading a run where it lies is of `src/runs/hub/`.
 */
export { pullRun } from './pull.js';
export { type Pushed, type PushOptions, pushRun, type Shared, sharedFiles } from './push.js';
