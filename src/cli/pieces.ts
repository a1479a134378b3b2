import { Tensor } from 'onnxruntime-common';
import { type Dataset, exampleBytes } from '../data/dataset.js';

/** Bytes of examples that are read at a time, and how many examples. */
const mostBytes = 2 ** 26;
const mostExamples = 256;

/** Ranges of a dataset, each small enough to be read at once. */
export function* rangesOf(data: Dataset): Generator<[start: number, end: number]> {
  const fitting = Math.floor(mostBytes / exampleBytes(data));
  const size = Math.max(1, Math.min(mostExamples, fitting));
  for (let start = 0; start < data.size; start += size) {
    yield [start, Math.min(start + size, data.size)];
  }
}

/** Tensors [N, ...] of one type, float32 or uint8, one after another. */
export function joined(parts: readonly Tensor[]): Tensor {
  const [first] = parts as [Tensor, ...Tensor[]];
  if (parts.length === 1) return first;
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const whole = first.type === 'uint8' ? new Uint8Array(size) : new Float32Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part.data as Float32Array, at);
    at += part.size;
  }
  const count = parts.reduce((sum, { dims }) => sum + dims[0]!, 0);
  return new Tensor(first.type as 'float32', whole as Float32Array, [
    count,
    ...first.dims.slice(1),
  ]);
}
