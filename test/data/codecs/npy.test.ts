import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import { decodeNpy, encodeNpy } from '../../../src/data/codecs/npy.js';
import { anyTensor, bytesOf, expectSame, mutated, readOrRefuse } from '../tensors.js';

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/npy/${name}.npy`, import.meta.url));
}

/** A file of the given header text and data. */
function file(header: string, data: ArrayLike<number> = [], version = 1): Uint8Array {
  const length = version === 1 ? Buffer.alloc(2) : Buffer.alloc(4);
  const text = Buffer.from(header, version === 3 ? 'utf8' : 'latin1');
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  const start = Buffer.from(`\x93NUMPY${String.fromCharCode(version)}\0`, 'latin1');
  return Buffer.concat([start, length, text, Uint8Array.from(data)]);
}

function refusal(bytes: Uint8Array): string {
  try {
    decodeNpy(bytes, 'a.npy');
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return 'was read';
}

const values = (tensor: Tensor): number[] => Array.from(tensor.data as ArrayLike<number>, Number);

describe("NumPy's files", () => {
  it.each([
    ['f4-little', 'float32'],
    ['f8-little', 'float64'],
    ['i1-little', 'int8'],
    ['u1-little', 'uint8'],
    ['i2-little', 'int16'],
    ['u2-little', 'uint16'],
    ['i4-little', 'int32'],
    ['u4-little', 'uint32'],
    ['i8-little', 'int64'],
    ['u8-little', 'uint64'],
    ['f4-big', 'float32'],
    ['f8-big', 'float64'],
    ['i2-big', 'int16'],
    ['u4-big', 'uint32'],
    ['i8-big', 'int64'],
    ['f4-little-v2', 'float32'],
    ['f4-little-v3', 'float32'],
  ])('%s is read as %s', (name, type) => {
    const tensor = decodeNpy(fixture(name), name);
    expect(tensor.type).toBe(type);
    expect(tensor.dims).toEqual([2, 3]);
    expect(values(tensor)).toEqual([0, 1, 2, 100, 101, 102]);
  });

  it.each([
    ['b1', 'bool', [2, 3], [0, 1, 0, 0, 1, 0]],
    ['scalar', 'float64', [], [2.5]],
    ['vector', 'float32', [2], [1.5, -2.5]],
    ['empty', 'float32', [0, 3], []],
  ])('%s is read as %s of shape %j', (name, type, shape, wanted) => {
    const tensor = decodeNpy(fixture(name), name);
    expect([tensor.type, tensor.dims, values(tensor)]).toEqual([type, shape, wanted]);
  });

  it.each([
    ['cube-f4-fortran', 'float32'],
    ['cube-i8-big-fortran', 'int64'],
    ['cube-u1-fortran', 'uint8'],
  ])('%s in Fortran order is read into C order', (name, type) => {
    const tensor = decodeNpy(fixture(name), name);
    expect([tensor.type, tensor.dims]).toEqual([type, [2, 3, 4]]);
    expect(values(tensor)).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  it.each([
    ['refused-text', /holds text\. Save numbers/],
    ['refused-bytes', /holds text\. Save numbers/],
    ['refused-objects', /holds pickled Python objects, which could run code/],
    ['refused-fields', /holds records/],
    ['refused-complex', /holds complex numbers/],
    ['refused-dates', /holds dates/],
  ])('%s is refused by its content', (name, message) => {
    expect(() => decodeNpy(fixture(name), 'a.npy')).toThrow(UserError);
    expect(() => decodeNpy(fixture(name), 'a.npy')).toThrow(message);
  });

  it('of halves become float32', () => {
    const { type, dims, data } = decodeNpy(fixture('half'), 'a.npy');
    expect([type, dims, [...(data as Float32Array)]]).toEqual([
      'float32',
      [2, 3],
      [0, 1, 2, 100, 101, 102],
    ]);
  });

  it.each(['f4-little', 'f8-little', 'i1-little', 'u8-little', 'b1', 'scalar', 'vector', 'empty'])(
    '%s is written by encodeNpy byte for byte',
    (name) => {
      const bytes = fixture(name);
      expect(Buffer.compare(encodeNpy(decodeNpy(bytes, name)), bytes)).toBe(0);
    },
  );
});

describe('encodeNpy', () => {
  it('starts the data at a multiple of 64 bytes, whatever the shape', () => {
    for (let rank = 0; rank <= 64; rank++) {
      const tensor = new Tensor(
        'uint8',
        [7],
        Array.from({ length: rank }, () => 1),
      );
      const bytes = encodeNpy(tensor);
      expect((bytes.length - 1) % 64).toBe(0);
      expect(bytes.at(-2)).toBe(0x0a);
      expectSame(decodeNpy(bytes, 'a'), tensor);
    }
  });

  it.each([
    ['strings', new Tensor('string', ['x'], [1]), /element type string/],
    [
      '65 dimensions',
      new Tensor(
        'uint8',
        [7],
        Array.from({ length: 65 }, () => 1),
      ),
      /65 dim/,
    ],
    ['a truth value of 3', new Tensor('bool', Uint8Array.of(3)), /truth value 0 is 3/],
  ])('refuses %s', (_, tensor, message) => {
    expect(() => encodeNpy(tensor)).toThrow(UserError);
    expect(() => encodeNpy(tensor)).toThrow(message);
  });
});

describe('decodeNpy', () => {
  const good = "{'descr': '<u2', 'fortran_order': False, 'shape': (1,), }";

  it('gives a tensor that owns aligned memory, from a view at any offset', () => {
    const shifted = Buffer.concat([Buffer.alloc(5), fixture('f8-little')]).subarray(5);
    const tensor = decodeNpy(shifted, 'a');
    shifted.fill(0);
    expect(values(tensor)).toEqual([0, 1, 2, 100, 101, 102]);
    expect(bytesOf(tensor).buffer.byteLength).toBe(48);
  });

  it.each([
    ['keys in another order', "{'shape':(1,),'fortran_order':False,'descr':'<u2'}"],
    ['double quotes and spaces', ' { "descr" : "<u2" , "fortran_order":False,"shape":( 1 , )}\n'],
    ["Python 2's long integers", "{'descr': '<u2', 'fortran_order': False, 'shape': (1L,), }"],
  ])('reads %s', (_, header) => {
    for (const version of [1, 2, 3]) {
      expect(values(decodeNpy(file(header, [1, 2], version), 'a'))).toEqual([513]);
    }
  });

  const header = (descr: string, shape: string, order = 'False') =>
    `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;
  it.each<[string, Uint8Array, RegExp]>([
    ['no bytes', new Uint8Array(0), /does not begin like/],
    ['a zip', Buffer.from('PK\x03\x04 and more'), /does not begin like/],
    ['6 bytes', fixture('b1').subarray(0, 6), /ends within its header/],
    ['9 bytes', fixture('b1').subarray(0, 9), /ends within its header/],
    ['version 4', file(good, [1, 2]).fill(4, 6, 7), /version 4\.0 is unknown/],
    ['version 0', file(good, [1, 2]).fill(0, 6, 7), /version 0\.0 is unknown/],
    ['version 1.1', file(good, [1, 2]).fill(1, 7, 8), /version 1\.1 is unknown/],
    ['a header cut off', fixture('b1').subarray(0, 100), /118 bytes is announced, but only 90/],
    ['a header of 4 GB', file(good, [1, 2], 2).fill(255, 8, 12), /4294967295 bytes is announced/],
    ['a header of 1 MB', file(good.padEnd(1e6), [1, 2], 2), /over the limit of 65535/],
    ['data cut off', file(good, [1]), /shape \[1\] of uint16 takes 2 bytes, but 1 follow/],
    ['trailing data', file(good, [1, 2, 3]), /takes 2 bytes, but 3 follow/],
    ['a terabyte', file(header("'<f4'", `(${2 ** 40},)`), [1]), /takes 4398046511104 bytes/],
    ['2^80 elements', file(header("'<f4'", `(${2 ** 40}, ${2 ** 40}, 0)`)), /takes over 2\^53/],
    ['a length of 400 digits', file(header("'<f4'", `(${'9'.repeat(400)},)`)), /a length was due/],
    ['a negative length', file(header("'<f4'", '(-1,)')), /not understood at "-1,/],
    ['a length with a point', file(header("'<f4'", '(1.0,)')), /not understood at "\.0,/],
    ['an octal length', file(header("'<f4'", '(010,)')), /"10" where a length was due/],
    ['a shape that is a list', file(header("'<f4'", '[1]')), /"\[" where \( was due/],
    ['a shape that is a number', file(header("'<f4'", '(1)')), /where a comma was due/],
    ['a shape of strings', file(header("'<f4'", "('1',)")), /where a length was due/],
    ['65 dimensions', file(header("'|u1'", `(${'1, '.repeat(65)})`), [1]), /65 dimensions/],
    ['fortran_order 1', file(header("'<f4'", '(1,)', '1')), /"1" where True or False was due/],
    ['a missing key', file("{'descr': '<u2', 'shape': (1,)}", [1, 2]), /lacks descr, fortran_o/],
    ['a key twice', file("{'descr': '<u2', 'descr': '<u2'}"), /key "descr" twice or in error/],
    ['an unknown key', file("{'__proto__': '<u2'}"), /key "__proto__" twice or in error/],
    ['no dict', file('[]'), /"\[" where \{ was due/],
    ['an empty header', file(''), /has its end where \{ was due/],
    ['more after the dict', file(`${good} 1`, [1, 2]), /"1" where its end was due/],
    ['an expression', file(header('__import__("os")', '(1,)')), /not understood at "__import__/],
    ['native byte order', file(header("'=f4'", '(1,)'), [0, 0, 0, 0]), /dtype "=f4"/],
    ['no byte order', file(header("'|f4'", '(1,)'), [0, 0, 0, 0]), /dtype "\|f4"/],
    ['an inherited name as dtype', file(header("'<toString'", '(1,)')), /dtype "<toString"/],
    ['a record', file(header("[('a', '<f4')]", '(1,)')), /holds records/],
    ['a truth value of 2', file(header("'|b1'", '(2,)'), [1, 2]), /truth value 1 is 2/],
  ])('refuses %s', (_, bytes, message) => {
    expect(refusal(bytes)).toMatch(message);
    expect(refusal(bytes)).toMatch(/^a\.npy: .*\.$/);
  });
});

describe('any tensor', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(anyTensor, (tensor) => {
        expectSame(decodeNpy(encodeNpy(tensor), 'a'), tensor);
      }),
      { numRuns: 500 },
    );
  });

  it('reads the same from Fortran order and from either byte order', () => {
    fc.assert(
      fc.property(anyTensor, fc.boolean(), fc.boolean(), (tensor, bigEndian, fortran) => {
        const { dims } = tensor;
        const source = bytesOf(tensor);
        const width = tensor.size === 0 ? 1 : source.length / tensor.size;
        const data = new Uint8Array(source.length);
        for (let i = 0; i < tensor.size; i++) {
          // Row-major index, taken apart from the last axis, put together from the first.
          let rest = i;
          const index = dims.map(() => 0);
          for (let axis = dims.length - 1; axis >= 0; axis--) {
            index[axis] = rest % dims[axis]!;
            rest = Math.floor(rest / dims[axis]!);
          }
          const column = index.reduceRight((sum, at, axis) => sum * dims[axis]! + at, 0);
          const element = source.slice(i * width, (i + 1) * width);
          data.set(bigEndian ? element.reverse() : element, (fortran ? column : i) * width);
        }
        const native = Buffer.from(encodeNpy(tensor)).toString('latin1');
        const text = native.slice(10, native.indexOf('\n') + 1);
        const header = text
          .replace(/[<|]/, bigEndian ? '>' : '$&')
          .replace('False', fortran ? 'True' : 'False');
        expectSame(decodeNpy(file(header, data), 'a'), tensor);
      }),
      { numRuns: 500 },
    );
  });

  it('is read or refused when damaged, and never fails otherwise', () => {
    const files = anyTensor.map(encodeNpy);
    fc.assert(
      fc.property(fc.oneof(mutated(files), fc.uint8Array({ maxLength: 64 })), (bytes) => {
        const read = readOrRefuse(() => decodeNpy(bytes, 'a'));
        if (read) expect(bytesOf(read).byteLength).toBeLessThan(bytes.length);
      }),
      { numRuns: 3000 },
    );
  });
});
