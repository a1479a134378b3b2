import { Tensor } from 'onnxruntime-common';
import { isSharedMemory, ownArray } from '../base/realm.js';
import { elementCount } from '../base/shape.js';

type Numbers = Exclude<Tensor['data'], string[]>;

/** A tensor as messages between threads carry it: they know no classes but arrays'. */
export interface PlainTensor {
  readonly type: Tensor.Type;
  readonly dims: readonly number[];
  readonly data: Numbers;
}

export type PlainTensors = Readonly<Record<string, PlainTensor>>;

export function toPlain({ type, dims, data }: Tensor): PlainTensor {
  return { type, dims, data: data as Numbers };
}

export function fromPlain({ type, dims, data }: PlainTensor): Tensor {
  return new Tensor(type, ownArray(data), dims);
}

/** Entries of a tensor along its first axis, from `start` to before `end`, as a view. */
export function rowsOf({ type, dims, data }: PlainTensor, start: number, end: number): PlainTensor {
  const [, ...rest] = dims;
  const width = elementCount(rest);
  const view = data.subarray(start * width, end * width) as Float32Array;
  return { type, dims: [end - start, ...rest], data: view };
}

/** The same of a tensor of the runtime. */
export function tensorRows(tensor: Tensor, start: number, end: number): Tensor {
  return fromPlain(rowsOf(toPlain(tensor), start, end));
}

/** Each entry of a tensor along its first axis so many times in sequence. */
export function repeatRows({ type, dims, data }: PlainTensor, times: number): PlainTensor {
  const [count = 0, ...rest] = dims;
  const width = elementCount(rest);
  const Kind = data.constructor as Float32ArrayConstructor;
  const repeated = new Kind(data.length * times);
  for (let row = 0; row < count * times; row++) {
    const from = Math.floor(row / times) * width;
    repeated.set((data as Float32Array).subarray(from, from + width), row * width);
  }
  return { type, dims: [count * times, ...rest], data: repeated };
}

/** Batches of a tensor's entries along its first axis, each so many times in sequence. */
export function repeatedBatches(tensor: PlainTensor, size: number, times: number): PlainTensor {
  if (times === 1) return tensor;
  const { type, dims, data } = tensor;
  const [count = 0, ...rest] = dims;
  const flat = { type, dims: [count / size, data.length / (count / size)], data };
  return { ...repeatRows(flat, times), dims: [count * times, ...rest] };
}

export function isShared({ data }: PlainTensor): boolean {
  return isSharedMemory(data.buffer);
}

/** A tensor as it is sent: a message takes with an array all memory that it is a part of. */
export function toSend(tensor: Tensor): PlainTensor {
  const plain = toPlain(tensor);
  const { data } = plain;
  const whole = isShared(plain) || data.byteLength === data.buffer.byteLength;
  return whole ? plain : { ...plain, data: data.slice() };
}

/** The buffers that hand the tensors' arrays over to another thread. */
export function buffersOf(tensors: readonly PlainTensor[]): ArrayBuffer[] {
  return [...new Set(tensors.map(({ data }) => data.buffer as ArrayBuffer))];
}

export function mapValues<T, U>(entries: Readonly<Record<string, T>>, change: (value: T) => U) {
  const changed = Object.entries(entries).map(([name, value]) => [name, change(value)] as const);
  return Object.fromEntries(changed);
}

/** One entry of a tensor along its first axis, which goes. */
export function entryOf(tensor: PlainTensor, index: number): PlainTensor {
  const { dims, ...rest } = rowsOf(tensor, index, index + 1);
  return { ...rest, dims: dims.slice(1) };
}

/** The tensors of those names. */
export function pick<T>(
  tensors: Readonly<Record<string, T>>,
  names: readonly string[],
): Record<string, T> {
  return Object.fromEntries(
    names.filter((name) => name in tensors).map((name) => [name, tensors[name]!]),
  );
}

/** Tensors of one shape as one, along a new first axis. */
export function stacked(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors as readonly [Tensor];
  const data = new Float32Array(tensors.length * first.size);
  tensors.forEach((each, i) => {
    data.set(each.data as Float32Array, i * first.size);
  });
  return new Tensor('float32', data, [tensors.length, ...first.dims]);
}
