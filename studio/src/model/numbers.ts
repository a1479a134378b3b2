import { transfer } from 'comlink';
import { Tensor } from 'onnxruntime-common';

/** A tensor as it crosses from one thread to another. */
export interface Numbers {
  readonly data: Float32Array | Uint8Array;
  /** [N, ...shape of one]; images [N, channels, height, width]. */
  readonly dims: readonly number[];
}

export const toTensor = ({ data, dims }: Numbers): Tensor =>
  data instanceof Uint8Array ? new Tensor('uint8', data, dims) : new Tensor('float32', data, dims);

export const toNumbers = ({ data, dims }: Tensor): Numbers => ({
  data: data as Float32Array | Uint8Array,
  dims: [...dims],
});

/** Hands numbers over to the other thread without a copy. */
export function handOver<Value>(value: Value, ...numbers: readonly Numbers[]): Value {
  return transfer(
    value,
    numbers.map(({ data }) => data.buffer as ArrayBuffer),
  );
}
