import { expect, test } from 'vitest';
import {
  formOf,
  optionsOf,
  resolved,
  type Schema,
} from '../../studio/src/views/train/all-settings/schema.js';
import { parse, textOf } from '../../studio/src/views/train/all-settings/values.js';

/** All options under a schema, by their paths; kinds hold options of their own. */
function* optionsUnder(path: string, schema: Schema, depth = 0): Generator<[string, Schema]> {
  yield [path, schema];
  if (depth > 4) return;
  const form = formOf(schema);
  const inner =
    form.is === 'options'
      ? [form.options]
      : form.is === 'kinds'
        ? form.kinds.map(({ properties }) => properties!)
        : [];
  for (const options of inner) {
    for (const [name, each] of Object.entries(options)) {
      if (name !== 'type') yield* optionsUnder(`${path}.${name}`, each, depth + 1);
    }
  }
}

const layers: Schema = { $ref: '#/$defs/layer' };

test('every usual value of an option is right in the field that shows it', () => {
  const all = [
    ...Object.entries(optionsOf('model')),
    ...Object.entries(optionsOf('training')),
    ['layer', layers] as const,
  ].flatMap(([name, schema]) => [...optionsUnder(name, schema)]);
  let checked = 0;
  for (const [path, schema] of all) {
    const usual = resolved(schema).default;
    const form = formOf(schema);
    if (usual === undefined || !['number', 'numbers', 'text', 'data'].includes(form.is)) continue;
    expect([path, parse(textOf(usual, form), form)]).toEqual([path, { value: usual }]);
    checked++;
  }
  expect(checked).toBeGreaterThan(40);
});

test('a number in the place of a word, or the other way round, and nothing else', () => {
  const form = formOf({ anyOf: [{ type: 'number', exclusiveMinimum: 0 }, { const: 'pixel' }] });
  expect(parse('0.01', form)).toEqual({ value: 0.01 });
  expect(parse('pixel', form)).toEqual({ value: 'pixel' });
  for (const wrong of ['', 'pixels', '1, 2', '-1', 'NaN']) {
    expect(parse(wrong, form)).toHaveProperty('fault');
  }
  const list = formOf({
    anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' } }],
  });
  expect(parse('3', list)).toEqual({ value: 3 });
  expect(parse('3 × 2', list)).toEqual({ value: [3, 2] });
  expect(parse('0.5', list)).toHaveProperty('fault');
});
