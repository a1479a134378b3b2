import { type Command, InvalidArgumentError } from 'commander';
import { readFile } from '#files';
import { UserError } from '../base/errors.js';
import { baseName } from '../base/paths.js';
import type { OnnxFeatures } from '../vae/judges/index.js';

/** Options of commands that compare pictures by the features of another model. */
export interface FeaturesFlags {
  readonly features?: string;
  readonly featuresRange?: readonly [number, number];
}

function range(text: string): [number, number] {
  const [, low, high] = /^(-?[\d.]+),(-?[\d.]+)$/.exec(text) ?? [];
  if (!(Number(low) < Number(high))) throw new InvalidArgumentError('Write two numbers: -1,1.');
  return [Number(low), Number(high)];
}

/** Adds `--features` and `--features-range`. */
export function withFeatures(command: Command): Command {
  return command
    .option(
      '--features <model.onnx>',
      'compare drawn examples by the first output of this model, such as one of Inception',
    )
    .option(
      '--features-range <low,high>',
      'range in which that model takes values (default: 0,1; of bytes 0,255)',
      range,
    );
}

/**
 * The model of features in a file, where one is given.
 * @throws UserError when a range is given alone, or the file holds no model of pictures
 */
export async function featuresOf({
  features,
  featuresRange,
}: FeaturesFlags): Promise<OnnxFeatures | undefined> {
  if (features === undefined) {
    if (featuresRange === undefined) return undefined;
    throw new UserError('--features-range is of the model of --features. Give both.');
  }
  const { onnxFeatures } = await import('../vae/judges/index.js');
  const options = { name: baseName(features), ...(featuresRange && { range: featuresRange }) };
  return onnxFeatures(await readFile(features), options);
}
