import { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../base/shape.js';

/* Tensors brought into the layout of another ecosystem's layers. */

const numbers = ({ data }: Tensor) => data as Float32Array;

/** Tensors one after another along their first axis. */
export function joined(...tensors: readonly Tensor[]): Tensor {
  const [first] = tensors as [Tensor];
  const all = new Float32Array(tensors.reduce((total, { size }) => total + size, 0));
  let end = 0;
  for (const tensor of tensors) {
    all.set(numbers(tensor), end);
    end += tensor.size;
  }
  const rows = tensors.reduce((total, { dims }) => total + dims[0]!, 0);
  return new Tensor('float32', all, [rows, ...first.dims.slice(1)]);
}

/** The same numbers in another shape. */
export const shaped = (tensor: Tensor, shape: readonly number[]): Tensor =>
  new Tensor('float32', numbers(tensor), shape);

/** [n, channels, ...positions] as [n, ...positions, channels]; a tensor without positions as it is. */
export function channelsLast(tensor: Tensor): Tensor {
  const { dims, type } = tensor;
  const [n = 1, channels = 1, ...positions] = dims;
  if (positions.length === 0) return tensor;
  const count = elementCount(positions);
  const given = tensor.data as Float32Array;
  const data = given.map((_, i) => {
    const channel = i % channels;
    const place = Math.floor(i / channels) % count;
    const example = Math.floor(i / (channels * count));
    return given[(example * channels + channel) * count + place]!;
  });
  return new Tensor(type as 'float32', data, [n, ...positions, channels]);
}
