import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import type { TableColumn } from '../../../src/data/column.js';
import { fromArray } from '../../../src/data/dataset.js';
import { qualityRows } from '../../../src/data/quality/index.js';

const table: TableColumn[] = [
  { name: 'id', kind: 'id', type: 'number', missing: 0 },
  { name: 'x', kind: 'continuous', type: 'number', missing: 0 },
  { name: 'y', kind: 'count', type: 'number', missing: 0 },
];
const learnt = table.slice(1);
const values = Float32Array.of(1, 2, 3, 4);
const data = fromArray(values, [2], { name: 'shop', table, columns: learnt });

describe('rows to compare', () => {
  test('come from datasets, tensors and arrays; the columns from the dataset', async () => {
    const synthetic = new Tensor('float32', Float32Array.of(5, 6), [1, 2]);
    const rows = await qualityRows({ real: data, synthetic, heldOut: Float32Array.of(7, 8) });
    expect(rows).toEqual({
      columns: learnt,
      real: values,
      synthetic: Float32Array.of(5, 6),
      heldOut: Float32Array.of(7, 8),
    });
  });

  test('of arrays alone take columns', async () => {
    const rows = await qualityRows({ columns: table, real: values, synthetic: values });
    expect(rows).toEqual({ columns: learnt, real: values, synthetic: values });
    await expect(qualityRows({ real: values, synthetic: values })).rejects.toThrow(
      'Quality of rows: give columns, such as vae.input.columns',
    );
  });

  test('that are of another table, of other numbers or no whole rows are refused', async () => {
    const other = table.map((column) => (column.name === 'y' ? { ...column, name: 'z' } : column));
    await expect(qualityRows({ columns: other, real: data, synthetic: values })).rejects.toThrow(
      'Quality of rows: real, shop, has other columns than the table: x and y, not x and z.',
    );
    const whole = new Tensor('int32', Int32Array.of(1, 2), [1, 2]);
    await expect(qualityRows({ real: data, synthetic: whole })).rejects.toThrow(
      'synthetic is no Float32Array and no tensor of float32',
    );
    await expect(qualityRows({ real: data, synthetic: Float32Array.of(1, 2, 3) })).rejects.toThrow(
      'synthetic holds 3 values, which are not one row or more of 2 columns',
    );
  });
});
