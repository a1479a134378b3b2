import { z } from 'zod';
import { UserError } from '../base/errors.js';
import { parseJson } from '../base/json.js';
import { validate } from '../base/settings/validate.js';
import { decodeSafetensors, encodeSafetensors } from '../data/codecs/safetensors.js';
import { type Change, type Checkpoint, type EpochMetrics, finiteText } from '../training/index.js';
import { withLabelChannels, withUnweighedKl } from './old-runs.js';

/** The version of the file's layout that this version writes. */
const format = '2';

const number = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);
const count = z.int().min(0);
const schema = z.strictObject({
  step: count,
  epoch: z.int().min(1),
  batch: count,
  totals: z.strictObject({ examples: count, sums: z.record(z.string(), number) }),
  identity: z.record(z.string(), z.unknown()),
  seconds: z.number().min(0),
  scheduleEpochs: count.optional(),
  // A record keeps the order of its keys, so that lines written again are the same.
  history: z.array(z.record(z.string(), number)) as unknown as z.ZodType<EpochMetrics[]>,
  changes: z.array(
    z.strictObject({
      step: count,
      learningRate: z.number().min(0).nullable().optional(),
      rateFactor: z.number().positive().optional(),
      schedules: z.record(z.string(), z.number().nullable()).optional(),
    }),
  ) as unknown as z.ZodType<Change[]>,
  skipped: z.strictObject({ all: count, inRow: count }),
});

/** A checkpoint as the bytes of one safetensors file, with all but the tensors in its metadata. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { tensors, ...rest } = checkpoint;
  return encodeSafetensors(tensors, { format, checkpoint: JSON.stringify(rest, finiteText) });
}

/**
 * The checkpoint in a file.
 * @param name of the file, for messages
 * @throws UserError when the bytes are no checkpoint, damaged, or of a newer format
 */
export function decodeCheckpoint(bytes: Uint8Array, name: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const { format: found, checkpoint } = metadata;
  if (checkpoint === undefined) {
    throw new UserError(`${name} is no checkpoint. Give a file that training wrote.`);
  }
  if (found !== format && found !== '1') {
    throw new UserError(
      `${name}: checkpoints of format ${found} are not known to this version, which reads up to ${format}. Update vaekit.`,
    );
  }
  const rest = validate(schema, parseJson(checkpoint, name), name, { isFile: true });
  return { ...(found === '1' ? fromFormat1(rest) : rest), tensors };
}

/** A checkpoint of version 1 as version 2 has it: both told with the same layouts of run folders. */
function fromFormat1(checkpoint: z.output<typeof schema>): z.output<typeof schema> {
  const { identity, history, totals } = checkpoint;
  const { model } = identity;
  const sums = withUnweighedKl(totals.sums, model);
  // The mean of an epoch cannot be told of a part of it.
  const unknown = 'kl' in totals.sums && !('kl' in sums) ? { kl: Number.NaN } : {};
  return {
    ...checkpoint,
    identity: { ...identity, ...('model' in identity ? { model: withLabelChannels(model) } : {}) },
    history: history.map((line) => withUnweighedKl(line, model)),
    totals: { ...totals, sums: { ...sums, ...unknown } },
  };
}
