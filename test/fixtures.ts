import { readFile } from 'node:fs/promises';
import { Tensor } from 'onnxruntime-common';
import { decodeSafetensors } from '../src/data/codecs/safetensors.js';

const url = (name: string) => new URL(`./fixtures/${name}`, import.meta.url);

/** The tensors of a fixture in safetensors form. */
export async function readFixture(name: string): Promise<Record<string, Tensor>> {
  return decodeSafetensors(await readFile(url(name)), name).tensors;
}

export async function readJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(url(name), 'utf8')) as T;
}

/** The tensors whose names begin with a prefix, without it. */
export function withPrefix(tensors: Record<string, Tensor>, prefix: string) {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );
}

/** Rows of a tensor [N, ...] by index. */
export function take(tensor: Tensor, indices: readonly number[]): Tensor {
  const width = tensor.dims.slice(1).reduce((a, b) => a * b, 1);
  const source = tensor.data as Float32Array;
  const data = source.slice(0, 0).constructor as new (length: number) => Float32Array;
  const values = new data(indices.length * width);
  indices.forEach((index, row) => {
    values.set(source.subarray(index * width, (index + 1) * width), row * width);
  });
  return new Tensor(tensor.type as 'float32', values, [indices.length, ...tensor.dims.slice(1)]);
}

/** ‖a − b‖ / ‖b‖ */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / norm);
}
