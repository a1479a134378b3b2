import { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import { elementCount } from '../base/shape.js';

/** Results [N, ...] of a function by name, put together from calls of some examples each. */
export class Whole {
  readonly tensors: Record<string, Tensor> = {};

  /** @param count how many examples there are in all */
  constructor(readonly count: number) {}

  /**
   * Memory for the results of examples from `start` on.
   * @param type int64 or float32
   * @param dims of the results of these examples
   * @throws UserError when the whole is too large for one tensor
   */
  rows(name: string, type: Tensor.Type, dims: readonly number[], start: number): Tensor {
    const [, ...rest] = dims;
    this.tensors[name] ??= zeros(name, type, [this.count, ...rest]);
    const whole = this.tensors[name];
    const from = start * elementCount(rest);
    const data = (whole.data as Float32Array).subarray(from, from + elementCount(dims));
    return new Tensor(whole.type as 'float32', data, dims);
  }

  /** Puts the results of examples from `start` on in their place, where they are not there already. */
  put(results: Readonly<Record<string, Tensor>>, start: number): void {
    for (const [name, { type, dims, data }] of Object.entries(results)) {
      const place = this.rows(name, type, dims, start).data as Float32Array;
      const { buffer, byteOffset } = data as Float32Array;
      const isThere = buffer === place.buffer && byteOffset === place.byteOffset;
      if (!isThere) place.set(data as Float32Array);
    }
  }
}

/** A tensor for an output, int64 or float32. @throws UserError when it is too large */
function zeros(name: string, type: Tensor.Type, dims: readonly number[]): Tensor {
  const count = elementCount(dims);
  try {
    return type === 'int64'
      ? new Tensor('int64', new BigInt64Array(count), dims)
      : new Tensor('float32', new Float32Array(count), dims);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `${name}: [${dims.join(', ')}] is too large for one tensor. Take fewer examples at a time.`,
      { cause: error },
    );
  }
}
