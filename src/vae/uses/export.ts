import { version } from '../../base/version.js';
import { isLearnt } from '../../data/column.js';
import { exportFunction } from '../../step/index.js';
import type { BuiltModel } from '../model/built.js';
import type { Tensors } from '../samplers/index.js';
import { decoding, encoding } from './infer.js';

/** The examples of a model in the words of a file's metadata. */
function exampleText({ input, network }: BuiltModel): string {
  const { range, columns } = input;
  if (columns) {
    const names = columns.filter(isLearnt).map(({ name }) => name);
    return `image: float32 [batch, ${names.length}], a row's ${names.join(', ')}: a number, or the place of a category, or NaN where it is missing`;
  }
  const bounds = range ?? (network.isBounded ? [0, 1] : undefined);
  const held = bounds ? ` in [${bounds.join(', ')}]` : '';
  return `image: float32 [batch, ${input.shape.join(', ')}]${held}`;
}

function labelText({ objective: { classes } }: BuiltModel): string {
  return classes === undefined ? '' : `; label: int64 [batch], 0 to ${classes - 1}`;
}

function metadataOf(model: BuiltModel): Record<string, string> {
  return { producer: `vaekit ${version}`, model: JSON.stringify(model.config) };
}

/** The encoder with its parameters as an ONNX file. */
export function encoderModel(model: BuiltModel, tensors: Tensors): Uint8Array {
  const encode = encoding(model);
  return exportFunction(
    model.exampleSpecs(),
    tensors,
    (inputs, scope) => encode(model.batchOf(inputs), scope),
    {
      ...metadataOf(model),
      inputs: `${exampleText(model)}${labelText(model)}`,
      outputs: model.objective.bottleneck.describe(model.latentShape),
    },
  );
}

/** The decoder with its parameters as an ONNX file. */
export function decoderModel(model: BuiltModel, tensors: Tensors): Uint8Array {
  return exportFunction(model.latentSpecs(), tensors, decoding(model), {
    ...metadataOf(model),
    inputs: `z: float32 [batch, ${model.latentShape.join(', ')}]${labelText(model)}`,
    outputs: exampleText(model),
  });
}
