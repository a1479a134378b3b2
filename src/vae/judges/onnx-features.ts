import { Tensor } from 'onnxruntime-common';
import { createSession } from '#runtime';
import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import type { InputDescription } from '../../data/input.js';
import type { InputForm, Session } from '../../runtime/session.js';
import type { FeatureModel } from './judged.js';
import { resized } from './resize.js';

/** Options for feeding a model. */
export interface OnnxFeaturesOptions {
  /** Names the model in reports, such as by its file. */
  readonly name: string;
  /**
   * The range in which the model takes values: [0, 1] when left out, or [0, 255] where it takes bytes. No
   * file tells it: look at the model's source.
   */
  readonly range?: readonly [number, number];
}

/** A model of features, which holds memory of the runtime. */
export interface OnnxFeatures extends FeatureModel {
  release(): Promise<void>;
}

/** Examples of one call, at most. */
const mostAtOnce = 16;

/** Describes how examples become a model's input. */
interface Fitting {
  readonly type: 'float32' | 'uint8';
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly channelsLast: boolean;
  readonly range: readonly [number, number];
  /** Examples of a call, where that is fixed. */
  readonly batch: number | undefined;
}

const fixed = (length: number | string | undefined) =>
  typeof length === 'number' && length > 0 ? length : undefined;

const isColour = (length: number | string | undefined) => length === 1 || length === 3;

/** The input of a model of pictures. @throws UserError when it takes none */
function requirePictures(name: string, inputs: readonly InputForm[]): InputForm {
  const [input, ...others] = inputs;
  const isOfPictures =
    others.length === 0 &&
    (input?.type === 'float32' || input?.type === 'uint8') &&
    input.dims.length === 4 &&
    (isColour(input.dims[1]) || isColour(input.dims[3]));
  if (isOfPictures) return input;
  const shown = inputs.map((each) => `${each.name}: ${each.type} [${each.dims.join(', ')}]`);
  throw new UserError(
    `${name}: its input must be float32 or uint8 pictures [N, 1 or 3, height, width] or [N, height, width, 1 or 3], not ${shown.join('; ') || 'none'}. Give another model.`,
  );
}

/** @throws UserError when pictures cannot be brought into the model's form */
function fittingOf(
  { name, range }: OnnxFeaturesOptions,
  { type, dims }: InputForm,
  input: InputDescription,
): Fitting {
  const [own = 1, ownHeight = 1, ownWidth = 1] = input.shape;
  if (input.kind !== 'image' || !input.range) {
    throw new UserError(
      `${name}: features are taken of pictures in a known range, and these examples are ${input.kind === 'image' ? 'in none' : `of the kind ${input.kind}`}. Leave features out.`,
    );
  }
  const channelsLast = !isColour(dims[1]);
  const [batch, ...rest] = dims;
  const [channels, height, width] = channelsLast ? [rest[2], rest[0], rest[1]] : rest;
  if (own !== channels && own !== 1) {
    throw new UserError(
      `${name} takes pictures of ${channels} channels, and these have ${own}. Give another model.`,
    );
  }
  return {
    type: type as Fitting['type'],
    channels: channels as number,
    height: fixed(height) ?? ownHeight,
    width: fixed(width) ?? ownWidth,
    channelsLast,
    range: range ?? (type === 'uint8' ? [0, 255] : [0, 1]),
    batch: fixed(batch),
  };
}

/** The changes that pictures go through, for people. */
function described(name: string, fitting: Fitting, { shape, range }: InputDescription): string {
  const { channels, height, width } = fitting;
  const [own, ownHeight, ownWidth] = shape;
  const changes = [
    ...(own === channels ? [] : [`grey repeated in ${channels} channels`]),
    ...(ownHeight === height && ownWidth === width
      ? []
      : [`${ownHeight} × ${ownWidth} resized to ${height} × ${width}, bilinear`]),
    `values from ${range!.join(' to ')} as ${fitting.range.join(' to ')}`,
  ];
  return `${name}: ${changes.join('; ')}`;
}

/** Some examples as the model takes them. */
function fed(values: Float32Array, fitting: Fitting, input: InputDescription): Tensor {
  const [own = 1, ownHeight = 1, ownWidth = 1] = input.shape;
  const { channels, height, width, channelsLast, type } = fitting;
  const count = values.length / (own * ownHeight * ownWidth);
  const planes = resized({ values, height: ownHeight, width: ownWidth }, [height, width]).values;
  const [least, most] = input.range!;
  const [low, high] = fitting.range;
  const area = height * width;
  const data = new (type === 'uint8' ? Uint8Array : Float32Array)(count * channels * area);
  for (let place = 0; place < data.length; place++) {
    const [picture, inside] = [Math.floor(place / (channels * area)), place % (channels * area)];
    const [channel, at] = channelsLast
      ? [inside % channels, Math.floor(inside / channels)]
      : [Math.floor(inside / area), inside % area];
    const from = own === 1 ? picture : picture * own + channel;
    const share = (planes[from * area + at]! - least) / (most - least);
    const value = low + share * (high - low);
    data[place] = type === 'uint8' ? Math.round(Math.min(255, Math.max(0, value))) : value;
  }
  const dims = channelsLast ? [count, height, width, channels] : [count, channels, height, width];
  return new Tensor(type as 'float32', data as Float32Array, dims);
}

/** Rows that a model gives for examples of one call. @throws UserError when they are no features */
async function rowsOf(session: Session, name: string, examples: Tensor): Promise<Float32Array> {
  const outputs = await session.run({ [session.inputNames[0]!]: examples });
  const [first] = session.outputNames;
  const { type, data, dims } = outputs[first!]!;
  const isRows = type === 'float32' && dims.length >= 2 && dims[0] === examples.dims[0];
  if (isRows) return data as Float32Array;
  throw new UserError(
    `${name}: its first output must be float32 features [N, …], not ${type} ${formatShape(dims)}. Give another model.`,
  );
}

/**
 * A model in the form of ONNX as the features by which drawn examples are compared with real ones, such as a
 * network of Inception: its first output, flattened. Pictures are brought into the model's form: grey is repeated in
 * three channels, other sizes are resized by bilinear interpolation without a filter, values go linearly from the
 * range of the data to the model's range; `describe` tells of it.
 * @param model the content of the file
 * @throws UserError when it takes no pictures
 */
export async function onnxFeatures(
  model: Uint8Array,
  options: OnnxFeaturesOptions,
): Promise<OnnxFeatures> {
  const { name } = options;
  const session = await createSession(model).catch((error: unknown) => {
    throw new UserError(
      `${name} is no model that ONNX Runtime can load: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  });
  const form = requirePictures(name, session.inputs ?? []);
  return {
    name,
    describe: (input) => described(name, fittingOf(options, form, input), input),
    async featuresOf(examples, input) {
      const fitting = fittingOf(options, form, input);
      const [count] = examples.dims as readonly [number];
      const wide = examples.size / count;
      const step = fitting.batch ?? mostAtOnce;
      const rows: Float32Array[] = [];
      for (let start = 0; start < count; start += step) {
        const end = Math.min(start + step, count);
        const own = (examples.data as Float32Array).subarray(start * wide, end * wide);
        // A model of a fixed number of examples gets the last ones with others that are left off again.
        const filled = new Float32Array((fitting.batch ?? end - start) * wide);
        filled.set(own);
        const found = await rowsOf(session, name, fed(filled, fitting, input));
        const width = (found.length * wide) / filled.length;
        rows.push(found.subarray(0, (end - start) * width));
      }
      const width = rows.reduce((sum, row) => sum + row.length, 0) / count;
      const data = new Float32Array(count * width);
      rows.reduce((place, row) => {
        data.set(row, place);
        return place + row.length;
      }, 0);
      return new Tensor('float32', data, [count, width]);
    },
    release: () => session.release(),
  };
}
