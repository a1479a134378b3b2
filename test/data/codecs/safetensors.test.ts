import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/data/codecs/safetensors.js';
import { anyTensor, bytesOf, expectSame, mutated, readOrRefuse } from '../tensors.js';

/** A file of the given header, with its length before it and data after it. */
function file(header: string | object, data: ArrayLike<number> = []): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Uint8Array.from(data)]);
}

const u8 = (begin: number, end: number) => ({
  dtype: 'U8',
  shape: [end - begin],
  data_offsets: [begin, end],
});
const refusal = (bytes: Uint8Array): string => {
  try {
    decodeSafetensors(bytes, 'a.safetensors');
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return 'was read';
};

describe('a file by the reference implementation', () => {
  const bytes = readFileSync(
    new URL('../../fixtures/safetensors/reference.safetensors', import.meta.url),
  );
  const { tensors, metadata } = decodeSafetensors(bytes, 'reference.safetensors');

  it('is read right', () => {
    expect(metadata).toEqual({ format: 'pt' });
    const found = Object.entries(tensors).map(([name, { type, dims, data }]) => [
      name,
      [type, dims, Array.from(data as ArrayLike<unknown>)],
    ]);
    expect(Object.fromEntries(found)).toEqual({
      'decoder.0.weight': ['float32', [2, 3], [-0.75, -0.5, -0.25, 0, 0.25, 0.5]],
      'decoder.0.bias': ['float32', [2], [0.5, -0.5]],
      double: ['float64', [3], [Math.PI, -Infinity, 5e-324]],
      big: ['int64', [2], [-(2n ** 63n), 2n ** 63n - 1n]],
      huge: ['uint64', [1], [2n ** 64n - 1n]],
      step: ['int32', [], [1234]],
      count: ['uint32', [1], [2 ** 32 - 1]],
      pixels: ['uint8', [1, 3], [0, 127, 255]],
      signed: ['int8', [2], [-128, 127]],
      short: ['int16', [2], [-32768, 32767]],
      word: ['uint16', [1], [65535]],
      mask: ['bool', [3], [1, 0, 1]],
      empty: ['float32', [0, 4], []],
      'quote " and é': ['uint8', [1], [1]],
    });
  });

  it('is as this writer writes the same tensors, byte for byte', () => {
    expect(Buffer.compare(encodeSafetensors(tensors, metadata), bytes)).toBe(0);
  });
});

describe('encodeSafetensors', () => {
  const one = new Tensor('float32', [1], [1]);

  it('does not depend on the order of keys', () => {
    const two = new Tensor('float32', [2], [1]);
    expect(encodeSafetensors({ b: two, a: one }, { y: '2', x: '1' })).toEqual(
      encodeSafetensors({ a: one, b: two }, { x: '1', y: '2' }),
    );
  });

  it('aligns each tensor to its element size', () => {
    const bytes = encodeSafetensors({
      a: new Tensor('uint8', [1, 2, 3], [3]),
      b: new Tensor('float64', [1], [1]),
      c: one,
    });
    const headerBytes = Number(Buffer.from(bytes).readBigUInt64LE());
    expect(headerBytes % 8).toBe(0);
    const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + headerBytes)).toString());
    expect(header.b.data_offsets).toEqual([0, 8]);
    expect(header.c.data_offsets).toEqual([8, 12]);
    expect(header.a.data_offsets).toEqual([12, 15]);
  });

  it('writes an empty file as the reference does', () => {
    expect(Buffer.from(encodeSafetensors({})).toString('latin1')).toBe(
      '\x08\0\0\0\0\0\0\0{}      ',
    );
  });

  it.each([
    ['a reserved name', { __metadata__: one }, {}, /reserves/],
    ['half a surrogate pair', { '\ud800': one }, {}, /"\\ud800" is not Unicode/],
    ['bad metadata', { a: one }, { k: '\udfff' }, /Metadata "k" is not Unicode/],
    ['strings', { a: new Tensor('string', ['x'], [1]) }, {}, /Tensor "a": element type string/],
    ['halves', { a: new Tensor('float16', new Uint16Array(1), [1]) }, {}, /float16 is not supp/],
    ['a truth value of 7', { a: new Tensor('bool', Uint8Array.of(1, 7)) }, {}, /value 1 is 7/],
  ])('refuses %s', (_, tensors, metadata, message) => {
    expect(() => encodeSafetensors(tensors, metadata)).toThrow(UserError);
    expect(() => encodeSafetensors(tensors, metadata)).toThrow(message);
  });

  it('refuses a tensor whose values were disposed of', () => {
    const gone = new Tensor('float32', [1], [1]);
    gone.dispose();
    expect(() => encodeSafetensors({ gone })).toThrow(/"gone": .* not in memory/);
  });
});

describe('decodeSafetensors', () => {
  it('gives tensors that own aligned memory, from a view at any offset', () => {
    const values = new Tensor('float64', [1.5, -2.5], [2]);
    const bytes = encodeSafetensors({ values });
    const shifted = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3);
    const { tensors } = decodeSafetensors(shifted, 'a');
    shifted.fill(0);
    expectSame(tensors.values, values);
    expect(bytesOf(tensors.values!).buffer.byteLength).toBe(16);
  });

  it('takes tensors in any order, empty ones at the same place, unpadded headers', () => {
    const bytes = file({ z: u8(2, 3), e: u8(2, 2), a: u8(0, 2) }, [1, 2, 3]);
    const { tensors } = decodeSafetensors(bytes, 'a');
    expect(
      [tensors.a, tensors.e, tensors.z].map((tensor) => [...(tensor!.data as Uint8Array)]),
    ).toEqual([[1, 2], [], [3]]);
  });

  it('keeps names like __proto__ as plain keys', () => {
    const bytes = file('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [5]);
    const { tensors } = decodeSafetensors(bytes, 'a');
    expect(Object.getPrototypeOf(tensors)).toBe(null);
    expect(Object.keys(tensors)).toEqual(['__proto__']);
    expect('toString' in tensors).toBe(false);
    expect(encodeSafetensors(tensors).length).toBeGreaterThan(8);
  });

  const info = '"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}';
  it.each<[string, Uint8Array, RegExp]>([
    ['no bytes', new Uint8Array(0), /0 bytes are too few/],
    ['7 bytes', new Uint8Array(7), /7 bytes are too few/],
    ['a header of 2^64 bytes', new Uint8Array(16).fill(255), /over the format's 100000000/],
    ['a header past the end', file('{}').subarray(0, 9), /2 bytes is announced, but only 1/],
    ['an empty header', file(''), /does not begin with/],
    ['a space first', file(' {}'), /does not begin with \{/],
    ['an array', file('[]'), /does not begin with \{/],
    ['bad UTF-8', file('{"\xff"}').fill(0xff, 10, 11), /not UTF-8/],
    ['bad JSON', file('{"a":}'), /header: not valid JSON/],
    ['a key twice', file(`{${info},${info}}`, [1]), /key "a" is there twice/],
    ['a key twice, escaped', file(`{${info},"\\u0061":{}}`, [1]), /key "a" is there twice/],
    ['a field twice', file('{"a":{"dtype":"U8","dtype":"I8"}}'), /key "dtype" is there twice/],
    ['deep nesting', file(`{"a":${'['.repeat(100_000)}`), /nested over 8 levels/],
    ['a tensor that is no object', file('{"a":[1]}'), /tensor "a" is not a JSON object/],
    ['a null tensor', file('{"a":null}'), /tensor "a" is not a JSON object/],
    ['no dtype', file('{"a":{}}'), /"a" has no dtype/],
    [
      'bfloat16',
      file({ a: { ...u8(0, 2), dtype: 'BF16', shape: [1] } }, [1, 2]),
      /"BF16", which is not supp/,
    ],
    ['dtype toString', file({ a: { ...u8(0, 1), dtype: 'toString' } }, [1]), /not supported/],
    ['a negative length', file({ a: { ...u8(0, 1), shape: [-1] } }, [1]), /no shape of whole/],
    ['a broken length', file({ a: { ...u8(0, 1), shape: [1.5] } }, [1]), /no shape of whole/],
    ['a text as shape', file({ a: { ...u8(0, 1), shape: '1' } }, [1]), /no shape of whole/],
    [
      'three offsets',
      file({ a: { ...u8(0, 1), data_offsets: [0, 1, 2] } }, [1]),
      /data_offsets of/,
    ],
    ['offsets turned round', file({ a: { ...u8(0, 1), data_offsets: [1, 0] } }, [1]), /hold -1/],
    ['an unknown field', file({ a: { ...u8(0, 1), x: 1 } }, [1]), /unknown field "x"/],
    ['a wrong size', file({ a: { ...u8(0, 1), shape: [2] } }, [1]), /\[2\] .* takes 2 bytes/],
    [
      '2^80 elements',
      file({ a: { ...u8(0, 0), shape: [2 ** 40, 2 ** 40, 0] } }),
      /takes over 2\^53/,
    ],
    [
      'a terabyte',
      file({ a: { ...u8(0, 1), shape: [2 ** 40], data_offsets: [0, 2 ** 40] } }, [1]),
      /take 1099511627776 bytes, but the file holds 1\./,
    ],
    ['overlap', file({ a: u8(0, 2), b: u8(1, 3) }, [1, 2, 3]), /"b" begins at byte 1 .* overlap/],
    ['the same bytes twice', file({ a: u8(0, 2), b: u8(0, 2) }, [1, 2]), /overlap/],
    ['a hole', file({ a: u8(0, 1), b: u8(2, 3) }, [1, 2, 3]), /"b" begins at byte 2 .*a hole/],
    ['a hole at the start', file({ a: u8(1, 2) }, [1, 2]), /a hole/],
    ['trailing data', file({ a: u8(0, 1) }, [1, 2]), /take 1 bytes, but the file holds 2/],
    ['data cut off', file({ a: u8(0, 3) }, [1, 2]), /take 3 bytes, but the file holds 2/],
    ['metadata with a number', file({ __metadata__: { a: 1 } }), /__metadata__ "a" is not text/],
    ['metadata that is text', file({ __metadata__: 'x' }), /__metadata__ is not a JSON object/],
    ['half a surrogate pair', file('{"\\ud800":{}}'), /name "\\ud800" is not Unicode/],
    ['a truth value of 2', file({ a: { ...u8(0, 1), dtype: 'BOOL' } }, [2]), /truth value 0 is 2/],
  ])('refuses %s', (_, bytes, message) => {
    expect(refusal(bytes)).toMatch(message);
    expect(refusal(bytes)).toMatch(/^a\.safetensors: [^\n]*\.$/);
  });

  it('refuses a hostile 20 MB header within a second', () => {
    for (const header of [
      '{"a":'.repeat(4_000_000),
      `{"a":"${'\\"'.repeat(10_000_000)}`,
      `{"a"${' '.repeat(20_000_000)}`,
      `{${'"a",'.repeat(5_000_000)}}`,
      `{"a":{"dtype":"U8","shape":[${'1,'.repeat(10_000_000)}1],"data_offsets":[0,2]}}`,
    ]) {
      const bytes = file(header);
      const start = performance.now();
      expect(refusal(bytes)).toMatch(/^a\.safetensors: .{1,400}$/);
      // Generous to a busy machine; anything worse than linear takes minutes.
      expect(performance.now() - start).toBeLessThan(5000);
    }
  });
});

describe('any content', () => {
  const content = fc.record({
    tensors: fc
      .dictionary(fc.string({ unit: 'binary' }), anyTensor, { maxKeys: 5 })
      .filter((tensors) => !Object.hasOwn(tensors, '__metadata__')),
    metadata: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), {
      maxKeys: 3,
    }),
  });

  it('comes back as it was, and is written the same again', () => {
    fc.assert(
      fc.property(content, ({ tensors, metadata }) => {
        const bytes = encodeSafetensors(tensors, metadata);
        const read = decodeSafetensors(bytes, 'a');
        expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(tensors).sort());
        for (const [name, tensor] of Object.entries(tensors))
          expectSame(read.tensors[name], tensor);
        expect({ ...read.metadata }).toEqual({ ...metadata });
        expect(Buffer.compare(encodeSafetensors(read.tensors, read.metadata), bytes)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('is read or refused when damaged, and never fails otherwise', () => {
    const files = content.map(({ tensors, metadata }) => encodeSafetensors(tensors, metadata));
    fc.assert(
      fc.property(fc.oneof(mutated(files), fc.uint8Array({ maxLength: 64 })), (bytes) => {
        const read = readOrRefuse(() => decodeSafetensors(bytes, 'a'));
        const size = Object.values(read?.tensors ?? {}).reduce(
          (sum, tensor) => sum + bytesOf(tensor).byteLength,
          0,
        );
        expect(size).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 3000 },
    );
  });
});
