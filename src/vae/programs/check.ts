import { Tensor } from 'onnxruntime-common';
import { fillNormal, fillUniform, randomStream } from '../../base/random.js';
import { elementCount } from '../../base/shape.js';
import { learntColumns } from '../likelihoods/columns/rows.js';
import type { Present } from '../model/engine.js';
import { standardNormal } from '../samplers/index.js';
import { decode, encoding, reconstruct } from '../uses/infer.js';
import { drawingFrom } from '../uses/sample.js';

/** Examples that are compared. */
const count = 4;

/** Random examples, spread as the model's training data. */
function exampleOf({ model, tensors }: Present): Float32Array {
  const { input, config } = model;
  const { range = [0, 1], scaling, kind } = input;
  const width = elementCount(input.shape);
  const values = new Float32Array(count * width);
  const stream = randomStream(config.seed, 'check');
  if (scaling === 'standardize') {
    fillNormal(stream, values);
    const [mean, deviation] = ['mean', 'deviation'].map(
      (name) => tensors[`input.${name}`]!.data as Float32Array,
    );
    return values.map((value, i) => mean![i % width]! + deviation![i % width]! * value);
  }
  if (!input.range && kind !== 'image') {
    fillNormal(stream, values);
    return values;
  }
  fillUniform(stream, values);
  return values.map((value) => range[0] + (range[1] - range[0]) * value);
}

/** Rows; the first lacks each value that some rows of the training data lacked. */
function withGaps(rows: Tensor, { model }: Present): Tensor {
  const columns = learntColumns(model.input);
  const values = Float32Array.from(rows.data as Float32Array, (value, i) =>
    (columns[i]?.missing ?? 0) > 0 ? Number.NaN : value,
  );
  return new Tensor('float32', values, rows.dims);
}

/** Draws of the prior; of normal numbers where there is none. */
async function latentsOf(present: Present): Promise<Tensor> {
  const { config, latentShape, objective } = present.model;
  const shape = [count, ...latentShape];
  const draw = await drawingFrom(present, objective.bottleneck.prior ?? standardNormal());
  return new Tensor('float32', await draw(shape, randomStream(config.seed, 'check')), shape);
}

/**
 * Inputs, and the model's outputs for them: `image`, `latents` and, for models that see labels, `label`; the
 * encoder's outputs by name, `decoded` latents and the `reconstruction` of the examples.
 */
export async function checkOf(present: Present): Promise<Record<string, Tensor>> {
  const { model, engine, tensors } = present;
  const { classes } = model.objective;
  const latents = await latentsOf(present);
  const labels =
    classes === undefined ? undefined : Array.from({ length: count }, (_, i) => i % classes);
  const options = labels ? { labels } : {};
  const decoded = await decode(present, latents, options);
  const image =
    model.input.kind === 'table'
      ? withGaps(decoded, present)
      : new Tensor('float32', exampleOf(present), [count, ...model.input.shape]);
  const encoded = await engine.mapAll(tensors, 'encode', image, labels, encoding(model));
  return {
    image,
    latents,
    ...(labels && { label: new Tensor('int64', BigInt64Array.from(labels, BigInt), [count]) }),
    ...encoded,
    decoded,
    reconstruction: await reconstruct(present, image, options),
  };
}
