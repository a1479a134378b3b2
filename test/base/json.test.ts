import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { parseJson } from '../../src/base/json.js';
import { readOrRefuse } from '../data/tensors.js';

describe('parseJson', () => {
  it('reads the same as JSON.parse', () => {
    fc.assert(
      fc.property(
        fc.json({ depthSize: 'medium' }),
        fc.integer({ min: 0, max: 2 }),
        (text, indent) => {
          const spaced = JSON.stringify(JSON.parse(text), undefined, indent);
          expect(parseJson(spaced, 'a', 1000)).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it('finds a repeated key at any depth, however it is escaped', () => {
    for (const text of [
      '{"a":1,"a":2}',
      '{"b":[{"c":{},"a":[1] , "\\u0061" \n : 2}]}',
      '{"a":{"a":1},"a":1}',
    ]) {
      expect(() => parseJson(text, 'file')).toThrow('file: key "a" is there twice. Remove one.');
    }
  });

  it('is not misled by strings that look like keys, or by equal keys of other objects', () => {
    const value = { 'a":1,"a': 'a', list: ['a', 'a', { a: 1 }, { a: 'x":{' }], a: { a: '\\' } };
    expect(parseJson(JSON.stringify(value), 'a')).toEqual(value);
  });

  it('bounds the depth', () => {
    expect(parseJson('[[[]]]', 'a', 3)).toEqual([[[]]]);
    expect(() => parseJson('[[[[]]]]', 'a', 3)).toThrow(/^a: JSON nested over 3 levels/);
    expect(() => parseJson('['.repeat(1e6), 'a')).toThrow(UserError);
  });

  it('reads or refuses any text', () => {
    const piece = fc.oneof(
      fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '"a"', '\\', '\\u00', '\n', '1', 'null'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const read = readOrRefuse(() => parseJson(text, 'a'));
        if (read !== undefined) expect(read).toEqual(JSON.parse(text));
      }),
      { numRuns: 3000 },
    );
  });
});
