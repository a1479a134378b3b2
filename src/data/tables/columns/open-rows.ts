import { gather } from '#gather';
import { UserError } from '../../../base/errors.js';
import { excerpt } from '../../../base/excerpt.js';
import type { Dataset } from '../../dataset.js';
import type { FormatOptions, OpenedData } from '../../formats/format.js';
import { type Labels, labelsFromWords } from '../../labels.js';
import type { ReadingNote } from '../../notes.js';
import type { AddRows, Gathered, Layout } from '../../rows/gather.js';
import type { Part } from '../parts.js';
import type { Table, TableBlock } from '../table.js';
import { splitPlace } from './find-columns.js';
import { PartTable } from './part-table.js';
import { planLike, planRows, type RowPlan } from './plan-rows.js';
import { RowEncoder } from './row-encoder.js';
import { isGap } from './words.js';

/** Tables of data that lies in parts. */
export interface RowParts {
  readonly train: Table;
  readonly validation?: Table | undefined;
  readonly test?: Table | undefined;
}

/** Options that decide how rows are read, for the key of their cache. */
function readingKey(options: FormatOptions) {
  const { rows, columns, label, missing, delimiter, decimal, header, like, cells } = options;
  return { rows, columns, label, missing, delimiter, decimal, header, like, cells };
}

/**
 * The data of tables whose columns describe themselves: a part each; one table alone is parted when a
 * column tells the parts. The training part decides kinds and categories.
 * @throws UserError when they cannot be read, do not belong together, or hold nothing to learn
 */
export async function openRows(
  name: string,
  tables: RowParts,
  options: FormatOptions,
): Promise<OpenedData> {
  const parts = tables.validation || tables.test ? tables : await partsOf(tables.train, options);
  const isWhole = !parts.validation && !parts.test;
  let planned: Promise<RowPlan> | undefined;
  const plan = () => {
    planned ??= options.like
      ? planLike(parts.train, options.like, options)
      : planRows(parts.train, options);
    return planned;
  };
  const train = await readRows(isWhole ? name : `${name} train`, parts.train, options, { plan });
  const others: { validation?: Dataset; test?: Dataset } = {};
  const notes = [...train.notes];
  for (const part of ['validation', 'test'] as const) {
    const table = parts[part];
    if (!table) continue;
    const like = () => partPlan(table, train.dataset, options, plan);
    const how = { plan: like, of: parts.train.key };
    const read = await readRows(`${name} ${part}`, table, options, how);
    others[part] = withKnownClasses(read.dataset, train.dataset);
    notes.push(...read.notes.map((note) => ({ ...note, text: `${part}: ${note.text}` })));
  }
  return { name, train: train.dataset, ...others, notes };
}

/** The parts of one table, where a column tells them. */
async function partsOf(table: Table, options: FormatOptions): Promise<RowParts> {
  const facts = await table.facts();
  const split = splitPlace(facts, options);
  if (split === undefined) return { train: table };
  const present = PartTable.partsOf(facts, split);
  const partOf = (part: Part) =>
    present.has(part) ? new PartTable(table, facts, split, part, options) : undefined;
  return { train: partOf('train')!, validation: partOf('validation'), test: partOf('test') };
}

/** Plans how rows of another part become examples in the way of the training part. */
async function partPlan(
  table: Table,
  train: Dataset,
  options: FormatOptions,
  trainPlan: () => Promise<RowPlan>,
): Promise<RowPlan> {
  const known = train.table!;
  const { label, columns, fills } = await trainPlan();
  const labelName = columns.find(({ place }) => place === label && place !== undefined)?.column
    .name;
  const plan = await planLike(table, known, { ...options, label: undefined }, labelName);
  const notes = plan.notes.filter(({ about }) => about !== 'format' && about !== 'columns');
  return { ...plan, fills, notes };
}

/** Labels by the numbers of the training part's classes; classes that it lacks come behind them. */
function withKnownClasses(dataset: Dataset, { classNames: known }: Dataset): Dataset {
  const { labels, classNames } = dataset;
  if (!labels || !classNames || !known) return dataset;
  const all = [...known, ...classNames.filter((each) => !known.includes(each))];
  const numbers = classNames.map((each) => all.indexOf(each));
  return {
    ...dataset,
    labels: Int32Array.from(labels, (label) => numbers[label]!),
    classNames: all,
  };
}

async function readRows(
  name: string,
  table: Table,
  options: FormatOptions,
  how: { readonly plan: () => Promise<RowPlan>; readonly of?: unknown },
) {
  const key = { table: 2, files: table.key, ...readingKey(options), of: how.of };
  return gather(
    name,
    key,
    async (begin) => new RowsOf(table, await how.plan(), options, begin).all(),
    options,
  );
}

/** Rows that become examples. */
class RowsOf {
  readonly #encoder: RowEncoder;
  readonly #begin: (layout: Layout) => AddRows;
  readonly #words: string[] = [];
  readonly #origins: number[] = [];
  #hasAllLabels = true;
  #dropped = 0;

  constructor(
    private readonly table: Table,
    private readonly plan: RowPlan,
    private readonly options: FormatOptions,
    begin: (layout: Layout) => AddRows,
  ) {
    const more = plan.label === undefined ? [] : [plan.label];
    this.#encoder = new RowEncoder(plan.columns, more, options.cells);
    this.#begin = begin;
  }

  async all(): Promise<Gathered> {
    const encoder = this.#encoder;
    const { rows } = await this.table.facts();
    const add = this.#begin({ shape: [encoder.learnt.length], dtype: 'float32', most: rows });
    for await (const block of this.table.blocks(encoder.values, encoder.texts)) {
      const values = this.#kept(block);
      if (values.length > 0) await add(values);
    }
    if (this.#origins.length === 0) {
      throw new UserError(
        `${this.table.path}: every row has a gap. Keep them (--missing keep), or fill them (--missing mean).`,
      );
    }
    return {
      ...this.#labels(),
      columns: encoder.learnt,
      table: encoder.table,
      ids: encoder.ids,
      cells: encoder.cells,
      origins: Uint32Array.from(this.#origins),
      notes: [...this.plan.notes, ...encoder.notes(), ...this.#endNotes()],
    };
  }

  #endNotes(): ReadingNote[] {
    const notes: ReadingNote[] = [];
    if (this.#dropped > 0) {
      const text = `${this.#dropped} rows with a gap left out`;
      notes.push({ about: 'left out', text, doubtful: true });
    }
    if (this.plan.label !== undefined && !this.#hasAllLabels) {
      const name = excerpt(this.table.names[this.plan.label]!);
      notes.push({ about: 'labels', text: `column ${name} has gaps, and so gives no labels` });
    }
    return notes;
  }

  #labels(): Labels | Record<string, never> {
    const { label } = this.plan;
    if (label === undefined || !this.#hasAllLabels) return {};
    const column = this.table.names[label]!;
    const labels = labelsFromWords(this.#words, `${this.table.path}: column ${excerpt(column)}`);
    const classNames = labels.classNames ?? this.table.classNames?.get(column);
    return { ...labels, ...(classNames ? { classNames } : {}) };
  }

  /** The values of the rows of a block that stay. */
  #kept(block: TableBlock): Float32Array {
    const encoder = this.#encoder;
    const values = encoder.encode(block);
    const width = encoder.learnt.length;
    const labels = this.plan.label === undefined ? undefined : block.texts.at(-1)!;
    let kept = 0;
    for (let row = 0; row < block.count; row++) {
      if (!this.#settle(values, row * width)) {
        this.#dropped++;
        continue;
      }
      if (kept !== row) values.copyWithin(kept * width, row * width, (row + 1) * width);
      if (labels) this.#label(labels[row]!, values, kept * width);
      encoder.keep(block, row);
      this.#origins.push(block.rows?.[row] ?? block.first + row);
      kept++;
    }
    return values.subarray(0, kept * width);
  }

  /** Fills the gaps of a row, if they are to be. @returns whether it stays */
  #settle(values: Float32Array, start: number): boolean {
    const { fills } = this.plan;
    if (!fills && this.options.missing !== 'drop') return true;
    for (let i = 0; i < this.#encoder.learnt.length; i++) {
      if (!Number.isNaN(values[start + i])) continue;
      if (!fills) return false;
      values[start + i] = fills[i]!;
    }
    return true;
  }

  #label(text: string, values: Float32Array, start: number): void {
    if (!isGap(text)) {
      this.#words.push(text);
      return;
    }
    const place = this.#encoder.learnt.findIndex(
      ({ name }) => name === this.table.names[this.plan.label!],
    );
    const filled = this.#encoder.learnt[place]?.categories?.[values[start + place]!];
    if (filled === undefined) this.#hasAllLabels = false;
    else this.#words.push(filled);
  }
}
