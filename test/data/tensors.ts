import fc from 'fast-check';
import { Tensor } from 'onnxruntime-common';
import { expect } from 'vitest';
import { UserError } from '../../src/base/errors.js';

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** Tensors of every element type of whole bytes, of rank 0 to 4, of any bit pattern. */
export const anyTensor: fc.Arbitrary<Tensor> = fc
  .tuple(
    fc.constantFrom(
      ...(['float32', 'float64', 'int8', 'int16', 'int32', 'int64'] as const),
      ...(['uint8', 'uint16', 'uint32', 'uint64', 'bool'] as const),
    ),
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
  )
  .chain(([type, shape]) => {
    const count = shape.reduce((product, length) => product * length, 1);
    return fc
      .array(word, { minLength: count * 2, maxLength: count * 2 })
      .map((words) => tensor(type, Uint32Array.from(words).buffer, count, shape));
  });

function tensor(
  type: Tensor.Type,
  buffer: ArrayBuffer,
  count: number,
  shape: readonly number[],
): Tensor {
  switch (type) {
    case 'float32':
      return new Tensor(type, new Float32Array(buffer, 0, count), shape);
    case 'float64':
      return new Tensor(type, new Float64Array(buffer, 0, count), shape);
    case 'int8':
      return new Tensor(type, new Int8Array(buffer, 0, count), shape);
    case 'int16':
      return new Tensor(type, new Int16Array(buffer, 0, count), shape);
    case 'int32':
      return new Tensor(type, new Int32Array(buffer, 0, count), shape);
    case 'int64':
      return new Tensor(type, new BigInt64Array(buffer, 0, count), shape);
    case 'uint16':
      return new Tensor(type, new Uint16Array(buffer, 0, count), shape);
    case 'uint32':
      return new Tensor(type, new Uint32Array(buffer, 0, count), shape);
    case 'uint64':
      return new Tensor(type, new BigUint64Array(buffer, 0, count), shape);
    case 'bool':
      return new Tensor(
        type,
        new Uint8Array(buffer, 0, count).map((byte) => byte & 1),
        shape,
      );
    default:
      return new Tensor('uint8', new Uint8Array(buffer, 0, count), shape);
  }
}

/** The bytes of a tensor's values. */
export function bytesOf(value: Tensor): Uint8Array {
  const data = value.data as Exclude<Tensor.DataType, string[]>;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Expects the same type, shape and bits. */
export function expectSame(actual: Tensor | undefined, wanted: Tensor): void {
  expect(actual?.type).toBe(wanted.type);
  expect(actual?.dims).toEqual(wanted.dims);
  expect(actual && Buffer.compare(bytesOf(actual), bytesOf(wanted))).toBe(0);
}

interface Random {
  below(limit: number): number;
}
const { mutate } = (await import('../fuzz/mutate.mjs' as string)) as {
  mutate(bytes: Uint8Array, random: Random): Uint8Array;
};
const { randomFrom } = (await import('../fuzz/random.mjs' as string)) as {
  randomFrom(seed: number): Random;
};

/** Bytes with some of them changed, put in, taken out, repeated or cut off. */
export function mutated(original: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc.tuple(original, fc.nat()).map(([bytes, seed]) => mutate(bytes, randomFrom(seed)));
}

/** The result of `read`, or undefined when it refuses in one line; any other error fails the test. */
export function readOrRefuse<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    expect(error.message.length).toBeLessThan(500);
    return undefined;
  }
}
