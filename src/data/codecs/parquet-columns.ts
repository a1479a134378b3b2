import { type FileMetaData, parquetSchema, type SchemaTree } from 'hyparquet';
import { Fault } from '../../base/errors.js';

/** The content of a column, as far as it matters here. */
export type ParquetKind =
  | 'number'
  | 'boolean'
  | 'words'
  | 'bytes'
  | 'pictures'
  /** Lists of numbers, perhaps of several levels. */
  | 'list'
  | 'other';

/** A column of a Parquet file. */
export interface ParquetColumn {
  readonly name: string;
  readonly kind: ParquetKind;
  /** The type in words, as in 'it holds timestamps'. */
  readonly type: string;
  /** Tells whether pandas wrote it as the names of rows. */
  readonly isIndex: boolean;
  /** True where values are dates, with a time of day or without. */
  readonly areDates: boolean;
  /** The names of classes that Hugging Face's `datasets` notes of it. */
  readonly classNames?: readonly string[] | undefined;
}

/** The columns of a file, in the schema's first level. @throws Fault when one has no name */
export function columnsOf(
  metadata: FileMetaData,
  notes: ReadonlyMap<string, string>,
): ParquetColumn[] {
  const indexes = indexesOf(notes.get('pandas'));
  const features = featuresOf(notes.get('huggingface'));
  return parquetSchema(metadata).children.map((tree) => {
    const { name } = tree.element;
    if (typeof name !== 'string') throw new Fault('a column has no name');
    return {
      name,
      ...contentOf(tree),
      areDates: areDates(tree),
      isIndex: indexes.has(name),
      classNames: namesOf(features, name),
    };
  });
}

/** Kinds of times, by the beginning of their type's name. */
const times: Readonly<Record<string, string>> = {
  DATE: 'dates',
  TIMESTAMP: 'timestamps',
  TIME: 'times of day',
  INTERVAL: 'intervals of time',
};

/** Tells columns whose values are read as dates. */
function areDates({ element, children }: SchemaTree): boolean {
  const { type, converted_type: converted, logical_type: logical, repetition_type } = element;
  if (children.length > 0 || repetition_type === 'REPEATED') return false;
  const name = converted ?? logical?.type ?? '';
  return name.startsWith('DATE') || name.startsWith('TIMESTAMP') || type === 'INT96';
}

function contentOf({ element, children }: SchemaTree): Pick<ParquetColumn, 'kind' | 'type'> {
  if (children.length > 0)
    return nestedOf(element.converted_type, element.logical_type?.type, children);
  const { type, converted_type: converted, logical_type: logical, repetition_type } = element;
  const name = converted ?? logical?.type ?? '';
  if (repetition_type === 'REPEATED') return { kind: 'list', type: 'lists' };
  const time = Object.keys(times).find((each) => name.startsWith(each));
  if (time || type === 'INT96') return { kind: 'other', type: times[time ?? 'TIMESTAMP']! };
  if (name === 'DECIMAL') return { kind: 'number', type: 'decimals' };
  if (type === 'BYTE_ARRAY') {
    if (name === 'UTF8' || name === 'ENUM' || name === 'STRING')
      return { kind: 'words', type: 'words' };
    if (name === '') return { kind: 'bytes', type: 'bytes' };
    return { kind: 'other', type: `values of type ${name}` };
  }
  if (type === 'BOOLEAN') return { kind: 'boolean', type: 'true and false' };
  if (type === 'FIXED_LEN_BYTE_ARRAY' && name !== 'FLOAT16') {
    return { kind: 'other', type: name === '' ? 'bytes' : `values of type ${name}` };
  }
  if (type === undefined) return { kind: 'other', type: 'nothing that is known' };
  return { kind: 'number', type: 'numbers' };
}

function nestedOf(
  converted: string | undefined,
  logical: string | undefined,
  children: readonly SchemaTree[],
): Pick<ParquetColumn, 'kind' | 'type'> {
  if (converted === 'MAP' || converted === 'MAP_KEY_VALUE' || logical === 'MAP') {
    return { kind: 'other', type: 'maps' };
  }
  if (converted === 'LIST' || logical === 'LIST') {
    let inner = children[0]!;
    // A list is a group that repeats, around its elements.
    while (inner.children.length === 1) inner = inner.children[0]!;
    const { kind, type } =
      inner.children.length > 0 ? { kind: 'other', type: 'structures' } : contentOf(leafOf(inner));
    return kind === 'number' || kind === 'boolean'
      ? { kind: 'list', type: 'lists' }
      : { kind: 'other', type: `lists of ${type}` };
  }
  const bytes = children.find((child) => child.element.name === 'bytes');
  return bytes?.element.type === 'BYTE_ARRAY'
    ? { kind: 'pictures', type: 'pictures' }
    : { kind: 'other', type: 'structures' };
}

/** The element of a list as one value: the list repeats, not the element. */
function leafOf(tree: SchemaTree): SchemaTree {
  return { ...tree, element: { ...tree.element, repetition_type: 'OPTIONAL' } };
}

/** Columns that pandas wrote of a table's index. */
function indexesOf(note: string | undefined): ReadonlySet<string> {
  const columns: unknown = parsed(note)?.index_columns;
  if (!Array.isArray(columns)) return new Set();
  return new Set(columns.filter((name): name is string => typeof name === 'string'));
}

function featuresOf(note: string | undefined): Readonly<Record<string, unknown>> | undefined {
  const info = parsed(note)?.info;
  return isRecord(info) && isRecord(info.features) ? info.features : undefined;
}

function namesOf(
  features: Readonly<Record<string, unknown>> | undefined,
  column: string,
): readonly string[] | undefined {
  const feature = features?.[column];
  const names: unknown = isRecord(feature) ? feature.names : undefined;
  const areAll = Array.isArray(names) && names.every((name) => typeof name === 'string');
  return areAll ? (names as string[]) : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function parsed(note: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (note === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(note);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
