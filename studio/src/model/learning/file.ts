import { Tensor } from 'onnxruntime-common';
import { decodeSafetensors, encodeSafetensors } from '../../../../src/data/codecs/safetensors.js';
import { learningFile } from '../../runs/kept.js';
import type { Frame, Learning, Watched } from './frames.js';

/** Parts of a frame that are arrays. */
const arrays = ['places', 'kl', 'usage', 'made', 'samples'] as const;

/** A training as bytes, in the safetensors format. */
export function encodeLearning({ watched, frames }: Learning): Uint8Array<ArrayBuffer> {
  const { labels, originals, ...facts } = watched;
  const named = arrays.map((name) => [name, stacked(frames.map((frame) => frame[name]))] as const);
  const moments = frames.flatMap(({ step, epochs, centre }) => [step, epochs, ...centre]);
  const tensors: Record<string, Tensor> = {
    ...Object.fromEntries(named),
    moments: new Tensor('float64', Float64Array.from(moments), [frames.length, 4]),
    ...(labels ? { labels: new Tensor('int32', labels, [labels.length]) } : {}),
    ...(originals ? { originals: tensorOf(originals.data, originals.dims) } : {}),
  };
  return encodeSafetensors(tensors, { watched: JSON.stringify(facts) });
}

/** @throws UserError when the bytes are no such file */
export function decodeLearning(bytes: Uint8Array<ArrayBuffer>): Learning {
  const { tensors, metadata } = decodeSafetensors(bytes, learningFile);
  const { labels, originals, moments } = tensors;
  const watched: Watched = {
    ...(JSON.parse(metadata.watched!) as Watched),
    ...(labels ? { labels: labels.data as Int32Array } : {}),
    ...(originals
      ? { originals: { data: originals.data as Float32Array, dims: originals.dims } }
      : {}),
  };
  const rows = moments!.data as Float64Array;
  const frames = Array.from({ length: rows.length / 4 }, (_, i) => {
    const [step, epochs, x, y] = rows.subarray(4 * i, 4 * i + 4);
    const parts = arrays.map((name) => [name, rowOf(tensors[name]!, i)]);
    return { step, epochs, centre: [x, y], ...Object.fromEntries(parts) } as Frame;
  });
  return { watched, frames };
}

const tensorOf = (data: Float32Array | Uint8Array, dims: readonly number[]) =>
  data instanceof Uint8Array ? new Tensor('uint8', data, dims) : new Tensor('float32', data, dims);

/** Arrays of equal lengths as a tensor's rows. */
function stacked(rows: readonly (Float32Array | Uint8Array)[]): Tensor {
  const [first = new Float32Array()] = rows;
  const width = first.length;
  const data =
    first instanceof Uint8Array
      ? new Uint8Array(rows.length * width)
      : new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    data.set(row, i * width);
  });
  return tensorOf(data, [rows.length, width]);
}

function rowOf({ data, dims }: Tensor, i: number): Float32Array | Uint8Array {
  const width = dims[1]!;
  return (data as Float32Array | Uint8Array).slice(i * width, (i + 1) * width);
}
