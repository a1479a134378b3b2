import type { KeptJudgement } from '../../../src/runs/judgement.js';
import type { EpochMetrics } from '../../../src/training/index.js';
import type { Position } from '../storage/database.js';

/** All parts of a run, wherever it is kept. */
export interface RunContent {
  readonly id: string;
  readonly name: string;
  /** The content of `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The lines of `metrics.jsonl`. */
  readonly metrics: readonly EpochMetrics[];
  /** The bytes of `parameters.safetensors`. */
  readonly parameters: Uint8Array<ArrayBuffer>;
  /** The figures by which it was judged. */
  readonly judgement?: KeptJudgement;
  /** Position where training stood, for a run that the browser keeps. */
  readonly position?: Position;
}
