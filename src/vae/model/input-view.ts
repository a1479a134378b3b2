import type { Dataset } from '../../data/dataset.js';
import type { Value } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';

/** Values of tensors by name, in row-major order. */
export type Statistics = Readonly<Record<string, Float32Array>>;

/** Examples as the encoder and the likelihood see them, and the way back. */
export interface InputView {
  /** Makes the encoder's input of examples [batch, ...input]. */
  features(x: Value, scope: Scope): Value;
  /** Gives the values of examples that the likelihood is about. */
  judged(x: Value, scope: Scope): Value;
  /** The reverse of `judged`. */
  shown(x: Value, scope: Scope): Value;
  /** The nats by which −log p of an example exceeds −log p of its judged values, a scalar. */
  nats?(scope: Scope): Value;
  /** The model's tensors that are no parameters but facts of the training data. */
  fit?(data: Dataset): Promise<Statistics>;
}
