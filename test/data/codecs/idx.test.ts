import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import { type IdxData, parseIdx } from '../../../src/data/codecs/idx.js';
import { gzip, idxFile, idxHeader } from './idx-file.js';

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 });

const arrays = {
  uint8: fc.uint8Array,
  int8: fc.int8Array,
  int16: fc.int16Array,
  int32: fc.int32Array,
  float32: fc.float32Array,
  float64: fc.float64Array,
} as const;

const files: fc.Arbitrary<IdxData> = fc
  .tuple(fc.constantFrom(...(Object.keys(arrays) as IdxData['dtype'][])), shapes)
  .chain(([dtype, shape]) => {
    const count = shape.reduce((product, length) => product * length, 1);
    return arrays[dtype]({ minLength: count, maxLength: count }).map(
      (values) => ({ dtype, shape, values }) as IdxData,
    );
  });

const write = ({ dtype, shape, values }: IdxData) => idxFile(dtype, shape, values);

const small = idxFile('uint8', [3, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

async function refusal(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const error = await parseIdx(bytes, 'x.idx').then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).toMatch(/^x\.idx/);
  expect(message).not.toContain('\n');
  return message;
}

describe('parseIdx reads', () => {
  test('files as written: every type, any rank, plain and gzip', () =>
    fc.assert(
      fc.asyncProperty(files, async (file) => {
        expect(await parseIdx(write(file), 'x.idx')).toEqual(file);
        expect(await parseIdx(gzip(write(file)), 'x.idx')).toEqual(file);
      }),
      { numRuns: 300 },
    ));

  test('bytes that begin anywhere in their memory', () =>
    fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 0, max: 9 }), async (file, offset) => {
        const bytes = write(file);
        const memory = new Uint8Array(bytes.length + offset);
        memory.set(bytes, offset);
        expect(await parseIdx(memory.subarray(offset), 'x.idx')).toEqual(file);
      }),
    ));

  test('255 dimensions', async () => {
    const shape = Array.from({ length: 255 }, () => 1);
    const { values } = await parseIdx(idxFile('float32', shape, [0.5]), 'x.idx');
    expect(values).toEqual(Float32Array.of(0.5));
  });

  test('single bytes without a copy', async () => {
    const { values } = await parseIdx(small, 'x.idx');
    expect(values.buffer).toBe(small.buffer);
  });
});

describe('parseIdx refuses', () => {
  test('a file cut short anywhere, plain and gzip', async () => {
    const compressed = gzip(small);
    for (let length = 0; length < small.length; length++) await refusal(small.slice(0, length));
    for (let length = 0; length < compressed.length; length++) {
      await refusal(compressed.slice(0, length));
    }
  });

  test('every flipped bit of a header but the one that makes another type of one byte', async () => {
    for (let bit = 0; bit < 16 * 8; bit++) {
      const bytes = small.slice();
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if (bytes[2] === 0x09) expect((await parseIdx(bytes, 'x.idx')).dtype).toBe('int8');
      else await refusal(bytes);
    }
  });

  test('every flipped bit of the compressed data, unless its content stays the same', async () => {
    const compressed = gzip(small);
    let harmless = 0;
    for (let bit = 0; bit < compressed.length * 8; bit++) {
      const bytes = compressed.slice();
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const outcome = await parseIdx(bytes, 'x.idx').catch((error: unknown) => error);
      // Some bits mean nothing: the time in the header, the padding after the last code.
      if (outcome instanceof UserError) continue;
      expect(outcome).toEqual(await parseIdx(small, 'x.idx'));
      harmless++;
    }
    expect(harmless).toBeLessThan(compressed.length * 2);
  });

  test('trailing bytes, plain and gzip', async () => {
    const longer = new Uint8Array([...small, 0]);
    expect(await refusal(longer)).toContain('takes 28 bytes with its header, but the file has 29');
    expect(await refusal(gzip(longer))).toContain('more than the 28 bytes');
    expect(await refusal(new Uint8Array([...gzip(small), 1, 2, 3]))).toContain('gzip');
  });

  test.each([
    ['another format', [0x89, 0x50, 0x4e, 0x47], 'begins with the bytes 89 50 4e 47'],
    ['text', [0x61, 0x2c], 'begins with the bytes 61 2c'],
    ['half a header', [0, 0, 8], 'ends within its header'],
    ['an unknown type', [0, 0, 0x0a, 1, 0, 0, 0, 0], '0x0a is no element type'],
    ['no dimension', [0, 0, 8, 0, 1], 'at least one dimension'],
    ['nothing', [], 'ends within its header'],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(Uint8Array.from(bytes))).toContain(message);
  });

  test('dimensions that no memory holds, plain and gzip', async () => {
    const most = 2 ** 32 - 1;
    for (const [shape, message] of [
      [[most, most, most], 'over 2^53'],
      [[most, 2 ** 20], 'bytes'],
      [[2 ** 31], 'bytes'],
    ] as const) {
      expect(await refusal(idxHeader('uint8', shape))).toContain(message);
      expect(await refusal(gzip(idxHeader('uint8', shape)))).toContain(message);
    }
  });

  test('gzip data that grows far past its announced size', async () => {
    const bomb = new Uint8Array(64 * 2 ** 20);
    bomb.set(idxHeader('uint8', [1000]));
    expect(await refusal(gzip(bomb))).toContain('more than the 1008 bytes');
  });

  test('or reads any bytes at all, and never fails otherwise', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 64 }),
        fc.constantFrom([], [0, 0], [0, 0, 8, 1], [0, 0, 14, 2], [0x1f, 0x8b, 8, 0]),
        async (rest, start) => {
          const bytes = Uint8Array.from([...start, ...rest]);
          const outcome = await parseIdx(bytes, 'x.idx').catch((error: unknown) => error);
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(UserError);
        },
      ),
      { numRuns: 2000 },
    ));
});
