import { gather } from '#gather';
import { UserError } from '../../base/errors.js';
import { excerpt, listed } from '../../base/excerpt.js';
import { arrangeRows } from '../arrays/arrange.js';
import type { Column } from '../column.js';
import type { Dataset } from '../dataset.js';
import type { FormatOptions, OpenedData } from '../formats/format.js';
import { type Labels, labelsFromWords, sharedClasses } from '../labels.js';
import type { ReadingNote } from '../notes.js';
import { columnOptions } from '../read-options.js';
import type { AddRows, Gathered, Layout } from '../rows/gather.js';
import { arePictures, type ExampleShape, exampleShape } from './example-shape.js';
import { isMissingLabel } from './missing.js';
import { isSplitName, type Part, partsOf } from './parts.js';
import { mayBeTable, rowsAsked } from './profiles.js';
import { arePixels, chooseRoles, elements, isUnnamed, type Roles } from './roles.js';
import type { ColumnFacts, Table, TableBlock, TableFacts } from './table.js';

/** Decisions on how rows of a table become examples. */
export interface TablePlan {
  readonly roles: Roles;
  readonly example: ExampleShape;
  /** Columns of an example's values, one for each; none for pictures. */
  readonly columns: readonly Column[];
  /** Values of a row, in the order of the columns. */
  readonly width: number;
  /** The mean of each of an example's values, and whether gaps are filled with it or rows dropped. */
  readonly means: Float32Array;
  readonly isFilled: boolean;
  readonly parts: ReadonlyMap<string, Part> | undefined;
  readonly notes: readonly ReadingNote[];
}

/** A part of a table as a dataset, with how it was read. */
export interface TablePart {
  readonly dataset: Dataset;
  readonly notes: readonly ReadingNote[];
}

/** Decides how rows become examples. @throws UserError when they cannot */
async function planTable(table: Table, options: FormatOptions): Promise<TablePlan> {
  const facts = await table.facts();
  if (facts.rows === 0) {
    const begins = table.beginning === undefined ? '' : ` It begins with ${table.beginning}.`;
    throw new UserError(`${table.path}: there is no row of numbers.${begins} Give a table.`);
  }
  const roles = chooseRoles(facts, table.path, options, table.beginning);
  const columns = roles.features.map((place) => facts.columns[place]!);
  refuseInfinite(columns, table.path);
  const gapNotes = gaps(facts, roles, table.path, options);
  const example = exampleShape(columns, table.path, {
    shape: options.shape,
    layout: options.layout,
    isFlatPicture: isFlatPicture(facts, roles),
  });
  const parts = roles.split === undefined ? undefined : partsOf(facts.columns[roles.split]!);
  const notes = [...table.notes, ...roles.notes, ...example.notes, ...gapNotes];
  return {
    roles,
    example,
    columns: example.shape.length === 1 ? columnsOf(columns) : [],
    width: columns.reduce((sum, each) => sum + elements(each), 0),
    means: meansOf(columns),
    isFilled: options.missing === 'mean',
    parts,
    notes,
  };
}

/**
 * Decides how rows of another part become examples in the way of the training part: by the names of
 * the same columns. @throws UserError when they cannot
 */
async function planLike(
  table: Table,
  options: FormatOptions,
  train: { readonly plan: TablePlan; readonly table: Table },
): Promise<TablePlan> {
  const { plan } = train;
  const facts = await table.facts();
  const nameOf = (place: number) => train.table.names[place]!;
  const { label } = plan.roles;
  const hasLabel = label !== undefined && table.names.includes(nameOf(label));
  const roles = chooseRoles(facts, table.path, {
    columns: plan.roles.features.map(nameOf),
    label: hasLabel ? nameOf(label) : undefined,
  });
  const columns = roles.features.map((place) => facts.columns[place]!);
  refuseInfinite(columns, table.path);
  gaps(facts, roles, table.path, options);
  const width = columns.reduce((sum, each) => sum + elements(each), 0);
  if (width !== plan.width) {
    throw new UserError(
      `${table.path}: a row has ${width} values, but ${plan.width} in ${train.table.path}. Give tables that belong together.`,
    );
  }
  const wide = columns.find(({ least, most, isWhole }) => !isWhole || least < 0 || most > 255);
  if (plan.example.dtype === 'uint8' && wide) {
    throw new UserError(
      `${table.path}: column ${excerpt(wide.name)} has values from ${wide.least} to ${wide.most}, but ${train.table.path} whole numbers from 0 to 255. Give tables that belong together.`,
    );
  }
  const found = hasLabel ? roles : { ...roles, label: undefined };
  return { ...plan, roles: { ...found, split: undefined }, parts: undefined, notes: [] };
}

function meansOf(columns: readonly ColumnFacts[]): Float32Array {
  return Float32Array.from(
    columns.flatMap((each) => Array.from({ length: elements(each) }, () => each.mean)),
  );
}

function columnsOf(columns: readonly ColumnFacts[]): Column[] {
  return columns.flatMap((column) =>
    column.shape
      ? Array.from({ length: elements(column) }, (_, i) => ({ name: `${column.name}[${i}]` }))
      : [{ name: column.name }],
  );
}

function refuseInfinite(columns: readonly ColumnFacts[], path: string): void {
  const found = columns.find(({ infinite }) => infinite !== undefined);
  if (!found) return;
  const [value, place] = found.infinite!.split(' at ');
  throw new UserError(
    `${path}: ${place}, column ${excerpt(found.name)}: ${value} is not a finite number. Correct the cell, or name other columns (--columns).`,
  );
}

/** Tells whether features are pixels of MNIST's size beside a label, as it is passed around without names. */
function isFlatPicture({ columns }: TableFacts, { features, label }: Roles): boolean {
  return label !== undefined && features.length === 784 && isUnnamed(columns) && arePixels(columns);
}

/** Notes on the gaps of the columns in use. @throws UserError when they are not to be there */
function gaps(
  { rows, columns }: TableFacts,
  roles: Roles,
  path: string,
  options: FormatOptions,
): readonly ReadingNote[] {
  const used = roles.features.map((place) => ({ place, count: columns[place]!.missing }));
  const label = roles.label === undefined ? undefined : columns[roles.label]!;
  const isWordLabel = label?.kind === 'words' || label?.kind === 'mixed';
  const labelGaps = label ? (isWordLabel ? label.missingLabels : label.missing) : 0;
  const found = used.filter(({ count }) => count > 0);
  if (found.length === 0 && labelGaps === 0) return [];
  const named = [
    ...found.map(({ place, count }) => `${excerpt(columns[place]!.name, 30)} ${count}`),
    ...(labelGaps > 0 ? [`${excerpt(label!.name, 30)} (the labels) ${labelGaps}`] : []),
  ];
  const first = columns[found[0]?.place ?? roles.label!]!.firstMissing;
  const told = `gaps in ${listed(named, 8)} of ${rows} rows (the first at ${first})`;
  const missing = options.missing ?? 'error';
  if (missing === 'error' || missing === 'keep') {
    throw new UserError(
      `${path}: ${told}. Give missing (--missing) as drop to leave out such rows or as mean to fill them, or name other columns (--columns).`,
    );
  }
  if (missing === 'drop') {
    return [{ about: 'left out', text: `${told}: rows with a gap are left out` }];
  }
  if (labelGaps > 0) {
    throw new UserError(`${path}: ${told}. A label has no mean: give missing (--missing) as drop.`);
  }
  return [{ about: 'values', text: `${told}: filled with the column's mean` }];
}

/** Options that decide how a table is read, for the key of its cache. */
function readingKey(options: FormatOptions) {
  const { columns, label, missing, shape, layout, delimiter, decimal, header } = options;
  return { columns, label, missing, shape, layout, delimiter, decimal, header };
}

/**
 * The examples of a table, or of one of its parts.
 * @param how.plan is asked for only when it is needed: examples in the cache need none
 */
async function gatherTable(
  name: string,
  table: Table,
  options: FormatOptions,
  how: { readonly plan: () => Promise<TablePlan>; readonly part?: Part; readonly of?: unknown },
): Promise<TablePart> {
  const key = { table: 1, files: table.key, ...readingKey(options), part: how.part, of: how.of };
  return gather(
    name,
    key,
    async (begin) => {
      const plan = await how.plan();
      const { rows } = await table.facts();
      const rest = new RowsOf(table, plan, how.part, begin, rows);
      return rest.all();
    },
    options,
  );
}

/** Rows of a table that become examples of one part. */
class RowsOf {
  readonly #add: AddRows;
  readonly #words: string[] = [];
  readonly #origins: number[] = [];
  #dropped = 0;

  constructor(
    private readonly table: Table,
    private readonly plan: TablePlan,
    private readonly part: Part | undefined,
    begin: (layout: Layout) => AddRows,
    rows: number,
  ) {
    const { shape, dtype } = plan.example;
    this.#add = begin({ shape, dtype, most: rows });
  }

  async all(): Promise<Gathered> {
    const { roles, columns, notes } = this.plan;
    const texts = [roles.label, roles.split].filter((place) => place !== undefined);
    for await (const block of this.table.blocks(roles.features, texts)) {
      const values = this.#kept(block);
      if (values.length > 0) await this.#add(values);
    }
    if (this.#origins.length === 0) {
      throw new UserError(
        `${this.table.path}: every row${this.part ? ` for ${this.part}` : ''} has a gap. Fill them (--missing mean), or name other columns (--columns).`,
      );
    }
    const dropped: readonly ReadingNote[] =
      this.#dropped > 0
        ? [{ about: 'left out', text: `${this.#dropped} rows with a gap left out`, doubtful: true }]
        : [];
    return {
      ...this.#labels(),
      ...(columns.length > 0 ? { columns } : {}),
      origins: Uint32Array.from(this.#origins),
      notes: [...notes, ...dropped],
    };
  }

  #labels(): Labels | Record<string, never> {
    const { label } = this.plan.roles;
    if (label === undefined) return {};
    const column = this.table.names[label]!;
    const labels = labelsFromWords(this.#words, `${this.table.path}: column ${excerpt(column)}`);
    const classNames = labels.classNames ?? this.table.classNames?.get(column);
    return { ...labels, ...(classNames ? { classNames } : {}) };
  }

  /** The values of the rows of a block that stay, as the dataset keeps them. */
  #kept({ count, first, values, texts }: TableBlock): Uint8Array | Float32Array {
    const { width, roles, parts, example } = this.plan;
    const labels = roles.label === undefined ? undefined : texts[0];
    const isParted = roles.split !== undefined && this.part !== undefined;
    const splits = isParted ? texts.at(-1) : undefined;
    let kept = 0;
    for (let row = 0; row < count; row++) {
      if (splits && parts?.get(wholeWord(splits[row]!)) !== this.part) continue;
      if (!this.#fill(values, row * width) || (labels && isMissingLabel(labels[row]!))) {
        this.#dropped++;
        continue;
      }
      if (kept !== row) values.copyWithin(kept * width, row * width, (row + 1) * width);
      if (labels) this.#words.push(labels[row]!);
      this.#origins.push(first + row);
      kept++;
    }
    const all = values.subarray(0, kept * width);
    const out = example.dtype === 'uint8' ? new Uint8Array(all) : all;
    return example.axes ? arrangeRows(out, example.axes) : out;
  }

  /** Fills the gaps of a row. @returns whether none is left */
  #fill(values: Float32Array, start: number): boolean {
    const { width, means, isFilled } = this.plan;
    for (let i = 0; i < width; i++) {
      const value = values[start + i]!;
      if (!Number.isNaN(value)) continue;
      if (!isFilled) return false;
      values[start + i] = means[i]!;
    }
    return true;
  }
}

/** A word of a split; whole numbers as CSV and Parquet alike write them. */
function wholeWord(word: string): string {
  return word.replace(/^(\d+)\.0*$/, '$1');
}

/**
 * The data of one table, in parts when a column tells them.
 * @throws UserError when it cannot be read
 */
export async function openTable(
  name: string,
  table: Table,
  options: FormatOptions,
): Promise<OpenedData> {
  if (await areRows(table, options)) return openAsRows(name, { train: table }, options);
  let planned: Promise<TablePlan> | undefined;
  const plan = () => {
    planned ??= planTable(table, options);
    return planned;
  };
  const parts = table.names.some(isSplitName) ? (await plan()).parts : undefined;
  if (!parts) {
    const { dataset, notes } = await gatherTable(name, table, options, { plan });
    return { name, train: dataset, notes };
  }
  const present = new Set(parts.values());
  const read = (part: Part) => gatherTable(`${name} ${part}`, table, options, { plan, part });
  const train = await read('train');
  const others: { validation?: Dataset; test?: Dataset } = {};
  for (const part of ['validation', 'test'] as const) {
    if (present.has(part))
      others[part] = withClasses((await read(part)).dataset, train.dataset, name);
  }
  return { name, train: train.dataset, ...others, notes: train.notes };
}

/**
 * Tells whether rows of a table are taken column by column.
 * @throws UserError when options contradict each other
 */
async function areRows(table: Table, options: FormatOptions): Promise<boolean> {
  const rows = rowsAsked(options);
  if (rows !== 'auto') {
    if (rows === 'vectors' && columnOptions(options).size > 0) {
      throw new UserError(
        `${table.path}: columns says what columns hold, which rows of vectors do not need. Give rows (--rows) as table.`,
      );
    }
    return rows === 'table';
  }
  if (options.layout || !mayBeTable(table.names.length, options)) return false;
  const { columns } = await table.facts();
  return !columns.some(({ kind }) => kind === 'list') && !arePictures(columns);
}

async function openAsRows(name: string, tables: TableParts, options: FormatOptions) {
  const { openRows } = await import('./columns/open-rows.js');
  return openRows(name, tables, options);
}

/** Tables of data that lies in parts. */
export interface TableParts {
  readonly train: Table;
  readonly validation?: Table | undefined;
  readonly test?: Table | undefined;
}

/**
 * The data of tables that are a part each; one table alone is parted when a column tells the parts.
 * @throws UserError when they cannot be read or do not belong together
 */
export async function openTables(
  name: string,
  tables: TableParts,
  options: FormatOptions,
): Promise<OpenedData> {
  const { train: table } = tables;
  if (await areRows(table, options)) return openAsRows(name, tables, options);
  if (!tables.validation && !tables.test) return openTable(name, table, options);
  let planned: Promise<TablePlan> | undefined;
  const plan = () => {
    planned ??= planTable(table, options);
    return planned;
  };
  const train = await gatherTable(`${name} train`, table, options, { plan });
  const others: { validation?: Dataset; test?: Dataset } = {};
  const notes = [...train.notes];
  for (const part of ['validation', 'test'] as const) {
    const other = tables[part];
    if (!other) continue;
    const like = async () => planLike(other, options, { plan: await plan(), table });
    const how = { plan: like, of: table.key };
    const read = await gatherTable(`${name} ${part}`, other, options, how);
    others[part] = withClasses(read.dataset, train.dataset, name);
    notes.push(...read.notes);
  }
  return { name, train: train.dataset, ...others, notes };
}

/** A part with its classes numbered as in the training part. */
export function withClasses(dataset: Dataset, train: Dataset, name: string): Dataset {
  if (!dataset.labels || !train.labels) return dataset;
  const labelsOf = ({ labels, classNames }: Dataset): Labels => ({
    labels: labels!,
    ...(classNames ? { classNames } : {}),
  });
  return { ...dataset, ...sharedClasses(labelsOf(train), labelsOf(dataset), name) };
}
