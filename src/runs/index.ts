/**
 * Trainings on disk: the folder of a run, the versions of its format, its checkpoints, and the lock
 * that keeps two processes from one folder. Models hand over their parts as plain data and tensors.
 */
export { decodeCheckpoint, encodeCheckpoint } from './checkpoint-file.js';
export {
  formatHubAddress,
  type HubAddress,
  isHubAddress,
  localName,
  parseHubAddress,
} from './hub/address.js';
export type { HubOptions, HubProgress } from './hub/connection.js';
export { judgementFile, type KeptJudgement } from './judgement.js';
export { zipRun } from './run-files.js';
export { packageSchema, RunFolder } from './run-folder.js';
export { mostConfigText, readRunFormat, runFormat } from './run-format.js';
