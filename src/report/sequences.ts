import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import { formatShape } from '../base/excerpt.js';
import { isBytes, isFloats } from '../base/realm.js';
import { sequenceSize } from '../data/input.js';

/**
 * Sequences of shape [N, T] or [N, C, T]: a tensor, or values and their shape. Bytes stand for [0, 1] in
 * steps of 1/255.
 */
export type Sequences =
  | Tensor
  | { readonly data: Float32Array | Uint8Array; readonly shape: readonly number[] };

/** Sequences whose shape was checked. */
export interface SequenceBatch {
  readonly count: number;
  readonly channels: number;
  readonly steps: number;
  /** The values of a channel of a sequence, by step. */
  line(index: number, channel: number): Float32Array;
}

/**
 * Reads the shape of sequences.
 * @param what names the sequences in messages
 * @throws UserError when they are no sequences [N, T] or [N, C, T], with N at least 1
 */
export function readSequences(sequences: Sequences, what: string): SequenceBatch {
  const shape = 'dims' in sequences ? sequences.dims : sequences.shape;
  const { data } = sequences;
  const [count = 0, ...example] = shape;
  if (shape.length !== 2 && shape.length !== 3) {
    throw new UserError(
      `${what}: lines need sequences of shape [N, T] or [N, C, T], not ${formatShape(shape)}.`,
    );
  }
  if (!(isFloats(data) || isBytes(data))) {
    throw new UserError(`${what}: lines need float32 or uint8 values.`);
  }
  const { channels, steps } = sequenceSize(example);
  if (data.length === 0 || data.length !== count * channels * steps) {
    throw new UserError(
      `${what}: ${data.length} values do not fill sequences of shape ${formatShape(shape)}, or there is none.`,
    );
  }
  const unit = isBytes(data) ? 1 / 255 : 1;
  return {
    count,
    channels,
    steps,
    line(index, channel) {
      const start = (index * channels + channel) * steps;
      return Float32Array.from(data.subarray(start, start + steps), (value) => value * unit);
    },
  };
}

/** The least and the largest value. */
export type Range = readonly [least: number, most: number];

/** The range of each channel over all sequences; values that are not finite are not counted. */
export function rangesOf(batches: readonly SequenceBatch[]): Range[] {
  const { channels } = batches[0]!;
  return Array.from({ length: channels }, (_, channel) => {
    let [least, most] = [Infinity, -Infinity];
    for (const batch of batches) {
      for (let index = 0; index < batch.count; index++) {
        for (const value of batch.line(index, channel)) {
          if (value < least && value > -Infinity) least = value;
          if (value > most && value < Infinity) most = value;
        }
      }
    }
    return least <= most ? [least, most] : [0, 0];
  });
}
