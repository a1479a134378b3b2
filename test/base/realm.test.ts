import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../../src/base/file-errors.js';
import { isBytes, isError, isFloats, isSharedMemory, ownArray } from '../../src/base/realm.js';
import { fromImages } from '../../src/data/changes/from-images.js';
import { fromArray } from '../../src/data/dataset.js';
import { dense, reshape, VAE } from '../../src/index.js';
import { fromPlain } from '../../src/runtime/plain-tensor.js';

/** A value that is made in another realm, with that realm's classes. */
const alien = <T>(code: string): T => runInNewContext(code) as T;

const kinds = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;

describe('objects of another realm', () => {
  test.each(Object.entries(kinds))(
    'a %s becomes one of this realm, over the same memory',
    (name, own) => {
      const given = alien<Float32Array>(`new ${name}(new ArrayBuffer(32), 8, 2)`);
      expect(given instanceof own).toBe(false);
      const taken = ownArray(given);
      expect(taken).toBeInstanceOf(own);
      expect([taken.byteOffset, taken.length, taken.buffer]).toEqual([8, 2, given.buffer]);
      expect(ownArray(taken)).toBe(taken);
    },
  );

  test('are told apart as objects of this realm are', () => {
    expect(isBytes(alien('new Uint8Array(1)'))).toBe(true);
    expect(isBytes(Buffer.alloc(1))).toBe(true);
    expect(isBytes(alien('new Uint8ClampedArray(1)'))).toBe(false);
    expect(isFloats(alien('new Float32Array(1)'))).toBe(true);
    expect(isFloats(alien('new Float64Array(1)'))).toBe(false);
    expect(isFloats({ length: 1, [Symbol.toStringTag]: 'Float32Array' })).toBe(false);
    expect(isSharedMemory(alien('new SharedArrayBuffer(1)'))).toBe(true);
    expect(isSharedMemory(alien('new ArrayBuffer(1)'))).toBe(false);
    expect(isError(alien('new TypeError("x")'))).toBe(true);
    expect(isError(alien('({ message: "x" })'))).toBe(false);
    expect(codeOf(alien('Object.assign(new Error("x"), { code: "ENOENT" })'))).toBe('ENOENT');
  });

  test('is trained on, put into a model and given as images', async () => {
    const own = Float32Array.from({ length: 64 * 4 }, (_, i) => (i % 7) / 6);
    const given = alien<Float32Array>(
      'Float32Array.from({ length: 64 * 4 }, (_, i) => (i % 7) / 6)',
    );
    const trained = async (values: Float32Array) => {
      const vae = new VAE({
        input: [1, 2, 2],
        latent: 1,
        encoder: [dense(2)],
        decoder: [dense(4), reshape([1, 2, 2])],
        seed: 1,
      });
      const { epochs } = await vae.fit(fromArray(values, [1, 2, 2]), { epochs: 2 });
      const name = 'encoder.0.bias';
      const bias = fromPlain({ type: 'float32', dims: [2], data: alien('Float32Array.of(1, 2)') });
      vae.setParameters({ [name]: bias });
      return [...epochs.map(({ loss }) => loss), ...(vae.parameters()[name]!.data as Float32Array)];
    };
    const expected = await trained(own);
    expect(expected.slice(2)).toEqual([1, 2]);
    expect(await trained(given)).toEqual(expected);
    const images = await fromImages([{ image: alien('new Uint8Array(4)') }], [1, 2, 2]);
    expect(images.dtype).toBe('uint8');
  });
});
