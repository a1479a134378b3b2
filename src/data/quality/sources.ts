import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { listed } from '../../base/excerpt.js';
import { isFloats, ownArray } from '../../base/realm.js';
import { isLearnt, type TableColumn } from '../column.js';
import { type Dataset, readRange } from '../dataset.js';
import { checkRows, type QualityRows } from './rows.js';

/** Rows of a table as examples hold them: values row by row, a tensor [N, F], or a dataset that was read as a table. */
export type RowSource = Float32Array | Tensor | Dataset;

/** Rows to compare. */
export interface QualitySources {
  /** Rows that the model was trained on. */
  readonly real: RowSource;
  /** Rows that the model drew, such as `vae.sample` gives. */
  readonly synthetic: RowSource;
  /** Real rows that the model was not trained on. */
  readonly heldOut?: RowSource | undefined;
  /** The table's columns, such as `vae.input.columns`; the columns of `real` when left out. */
  readonly columns?: readonly TableColumn[] | undefined;
}

const isDataset = (source: RowSource): source is Dataset => 'read' in source;

async function valuesOf(
  name: string,
  source: RowSource,
  columns: readonly TableColumn[],
): Promise<Float32Array> {
  if (!isDataset(source)) {
    const values = isFloats(source) ? source : source.data;
    if (isFloats(values)) return ownArray(values);
    throw new UserError(`Quality of rows: ${name} is no Float32Array and no tensor of float32.`);
  }
  const names = source.table?.filter(isLearnt).map((column) => column.name) ?? [];
  const other = columns.find((column, i) => column.name !== names[i]);
  if (other !== undefined || names.length !== columns.length) {
    throw new UserError(
      `Quality of rows: ${name}, ${source.name}, has other columns than the table: ${listed(names) || 'none'}, not ${listed(columns.map((column) => column.name))}. Read it by the model's columns: openDataset(…, { rows: 'table', like: vae.input.columns }).`,
    );
  }
  return (await readRange(source, 0, source.size)).data as Float32Array;
}

/**
 * Rows as `measureQuality` and `qualityPicture` take them, from datasets, tensors and arrays.
 * @throws UserError when columns are not known or differ, or when there are no whole rows
 */
export async function qualityRows(sources: QualitySources): Promise<QualityRows> {
  const { real, synthetic, heldOut } = sources;
  const all = sources.columns ?? (isDataset(real) ? real.table : undefined);
  if (!all) {
    throw new UserError(
      "Quality of rows: give columns, such as vae.input.columns, or as real a dataset that was read as a table (rows: 'table').",
    );
  }
  const columns = all.filter(isLearnt);
  const rows: QualityRows = {
    columns,
    real: await valuesOf('real', real, columns),
    synthetic: await valuesOf('synthetic', synthetic, columns),
    ...(heldOut ? { heldOut: await valuesOf('heldOut', heldOut, columns) } : {}),
  };
  checkRows(rows);
  return rows;
}
