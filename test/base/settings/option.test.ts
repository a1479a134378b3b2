import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeOptions, option, valueKind } from '../../../src/base/settings/option.js';

test.each([
  [z.int().min(1).max(9).default(3), { type: 'whole', least: 1, most: 9 }],
  [z.int(), { type: 'whole' }],
  [z.number().gt(0).lt(1).optional(), { type: 'number', least: 0, most: 1 }],
  [z.number(), { type: 'number' }],
  [z.enum(['a', 'b']).prefault('a'), { type: 'choice', choices: ['a', 'b'] }],
  [z.literal([1, 3]), { type: 'choice', choices: [1, 3] }],
  [z.boolean().optional(), { type: 'yes' }],
  [z.string(), { type: 'text' }],
  [z.array(z.string()).optional(), { type: 'list' }],
  [z.array(z.int()), { type: 'data' }],
  [z.strictObject({}), { type: 'data' }],
])('the values of a schema (%#)', (schema, kind) => {
  expect(valueKind(schema)).toEqual(kind);
});

test('options are described by their paths, whatever they are wrapped in', () => {
  const inner = z.strictObject({
    size: z
      .int()
      .min(1)
      .default(4)
      .meta(option('Its size.', { flag: '--size <n>' })),
  });
  const shape = {
    // Options as `partial` leaves them.
    part: z.optional(inner.meta(option('A part.', { resumable: true }))),
    kind: z.unknown().meta(
      option('A kind.', {
        flag: { flag: '--kind <name>', reads: 'named' },
        inside: { 'rate.initial': z.number().meta(option('A rate.', { live: true })) },
      }),
    ),
  };
  expect(describeOptions({ top: z.strictObject(shape).optional() })).toEqual([
    { path: 'top', description: '', kind: { type: 'data' } },
    { path: 'top.part', description: 'A part.', kind: { type: 'data' }, resumable: true },
    {
      path: 'top.part.size',
      description: 'Its size.',
      kind: { type: 'whole', least: 1 },
      default: 4,
      flag: { flag: '--size <n>' },
    },
    {
      path: 'top.kind',
      description: 'A kind.',
      kind: { type: 'data' },
      flag: { flag: '--kind <name>', reads: 'named' },
    },
    {
      path: 'top.kind.rate.initial',
      description: 'A rate.',
      kind: { type: 'number' },
      live: true,
    },
  ]);
});
