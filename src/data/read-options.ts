import { z } from 'zod';
import { option } from '../base/settings/option.js';
import { type ColumnKind, columnKinds, type TableColumn } from './column.js';
import { colourSchema } from './pictures/colour.js';

/** The orders in which the axes of images and of sequences lie in an array. */
const arrayLayouts = [
  'channels-first',
  'channels-last',
  'sequences',
  'sequences-channels-last',
] as const;

type ArrayLayout = (typeof arrayLayouts)[number];

/** Tells whether a layout says that examples are sequences. */
export function isSequenceLayout(layout: ArrayLayout | undefined): boolean {
  return layout === 'sequences' || layout === 'sequences-channels-last';
}

/** The user's word on a column of a table, where its cells would say something else. */
export interface ColumnOptions {
  readonly kind?: ColumnKind | undefined;
  /** The distribution of its values. */
  readonly likelihood?: string | undefined;
  /** All words of an ordinal, binary or categorical column, in their order. */
  readonly categories?: readonly string[] | undefined;
  /** Format in which dates are written, by Day.js tokens: `DD/MM/YYYY`. */
  readonly format?: string | undefined;
}

const kindSchema = z.enum(columnKinds, { error: `it must be one of ${columnKinds.join(', ')}` });

const columnOptionsSchema = z.strictObject({
  kind: kindSchema.optional().describe('How its values are understood.'),
  likelihood: z.string().optional().describe('The distribution of its values.'),
  categories: z.array(z.string()).min(1).optional().describe('All of its words, in their order.'),
  format: z
    .string()
    .optional()
    .describe('How its dates are written, by tokens of Day.js: DD/MM/YYYY.'),
});

/** Ways in which rows of a table can be taken. */
const rowReadings = ['vectors', 'table', 'auto'] as const;

/**
 * Schema of the options for reading the user's own data. Options that do not apply to the format at
 * hand are left out.
 */
export const readOptionsSchema = z.strictObject({
  resize: z
    .union([z.int().min(1), z.tuple([z.int().min(1), z.int().min(1)])], {
      error: 'it must be a whole number of pixels, or [height, width]',
    })
    .optional()
    .meta(
      option(
        'Size of pictures in pixels: [height, width], or a number for both. Without crop a picture is stretched to it.',
        {
          flag: {
            flag: '--resize <size>',
            help: 'bring pictures to this size: 64, or height x width as 64x48',
            reads: 'size',
          },
        },
      ),
    ),
  crop: z
    .literal('center', { error: "it must be 'center'" })
    .optional()
    .meta(
      option(
        "'center' keeps the proportions and cuts what lies outside the size that resize gives.",
        {
          flag: {
            flag: '--crop <how>',
            help: 'center: keep proportions when resizing, and cut what lies outside',
          },
        },
      ),
    ),
  channels: z
    .literal([1, 3], { error: 'it must be 1 (gray) or 3 (colour)' })
    .optional()
    .meta(
      option('1 for gray, 3 for colour.', {
        flag: { flag: '--channels <n>', help: 'gray (1) or colour (3) pictures' },
        usually: '3 unless all pictures are gray',
      }),
    ),
  background: colourSchema.optional().meta(
    option('The ground that is seen through transparent pictures: white, black, gray or #rrggbb.', {
      flag: {
        flag: '--background <colour>',
        help: 'ground of transparent pictures: white, black, gray or #rrggbb',
      },
      usually: 'white',
    }),
  ),
  layout: z
    .enum(arrayLayouts, {
      error:
        "it must be 'channels-first' or 'channels-last' of images, or 'sequences' or 'sequences-channels-last'",
    })
    .optional()
    .meta(
      option(
        'The order of the axes in an array. Of images: [N, channels, height, width] or [N, height, width, channels]. Of sequences: [N, steps] or [N, channels, steps], or with channels last [N, steps, channels].',
        {
          flag: {
            flag: '--layout <order>',
            help: 'order of the axes of images or sequences in an array',
            also: { '--channels-last': 'channels-last', '--sequences': 'sequences' },
          },
          usually: 'by the sizes of the axes, which is told',
        },
      ),
    ),
  shape: z
    .array(z.int().min(1), { error: 'it must be a list of whole numbers such as [28, 28]' })
    .min(1)
    .max(3)
    .optional()
    .meta(
      option(
        'Shape of one example, whose values lie in a row: [height, width] of gray images, [channels, height, width] or [height, width, channels], or [values]; with a layout of sequences, [steps] or its two axes.',
        {
          flag: {
            flag: '--shape <shape>',
            help: 'shape of one example whose values lie in a row: 28x28, 3x32x32, 32x32x3',
            reads: 'shape',
          },
        },
      ),
    ),
  strict: z
    .boolean()
    .optional()
    .meta(
      option(
        'Whether a picture that cannot be read is an error; otherwise it is told and skipped.',
        {
          flag: {
            flag: '--strict',
            help: 'stop at a picture that cannot be read, rather than skip it',
          },
        },
      ),
    ),
  rows: z
    .enum(rowReadings, { error: "it must be 'vectors', 'table' or 'auto'" })
    .optional()
    .meta(
      option(
        "How rows of a table are taken: 'table' learns columns of all kinds, each by a description of its own; 'vectors' takes the numbers alone, all alike; 'auto' takes a table, but where its columns are pixels, lists or more than 500.",
        {
          flag: {
            flag: '--rows <how>',
            help: 'rows of a table: columns of all kinds (table), the numbers alone (vectors), or by what they hold (auto)',
          },
          usually: 'auto on the command line and in the studio, vectors in openDataset',
        },
      ),
    ),
  columns: z
    .union([
      z.array(z.string()).min(1),
      z.record(z.string(), z.union([kindSchema, columnOptionsSchema])),
    ])
    .optional()
    .meta(
      option(
        "Columns of a table to read, or the array of an .npz file, or the set of arrays of a folder. Or what columns of a table hold: { age: 'count', joined: { kind: 'date', format: 'DD/MM/YYYY' } }.",
        {
          flag: {
            flag: '--columns <names>',
            help: 'columns of a CSV or Parquet file, separated by commas; or what they hold, as age=count,born=date:DD/MM/YYYY',
            reads: 'columns',
          },
          usually: 'all numeric ones of vectors, all of a table',
          example: "{ age: 'count', zip: 'categorical' }",
        },
      ),
    ),
  label: z
    .string()
    .optional()
    .meta(
      option(
        'The column, array or file that holds the labels; `name:2` is the third column of an array.',
        {
          flag: {
            flag: '--label <name>',
            help: 'column of labels, or a file with one label an image',
          },
          resumable: true,
        },
      ),
    ),
  missing: z
    .literal(['error', 'drop', 'mean', 'keep'], {
      error: "it must be 'error', 'drop', 'mean' or 'keep'",
    })
    .optional()
    .meta(
      option(
        "What is done with rows of a table and examples of an array that have gaps: 'drop' leaves them out, 'mean' fills a gap with the mean of its column, or with its most frequent word; 'keep' learns from the values that are there, of rows taken as a table.",
        {
          flag: {
            flag: '--missing <how>',
            help: 'rows or examples with gaps: an error, left out (drop), filled (mean) or kept as gaps (keep)',
          },
          usually: 'keep for rows taken as a table, error for others',
        },
      ),
    ),
  joinParts: z
    .boolean()
    .optional()
    .meta(
      option(
        'Whether all parts of the data are one to train on, so that none is kept from training.',
        {
          flag: {
            flag: '--join-parts',
            help: 'train on all parts of the data, and keep none from training',
          },
        },
      ),
    ),
  delimiter: z
    .string()
    .regex(/^([^\w\s.\-+"]|[ \t]|\\t|tab|space|comma|semicolon|bar)$/, {
      error: "it must be one character, as ';', or tab or space",
    })
    .optional()
    .meta(
      option("The character between the columns of a text table, as ';', or tab or space.", {
        flag: {
          flag: '--delimiter <char>',
          help: "character between columns of a CSV file, as ';', or tab or space",
        },
        usually: 'the one that cuts lines alike',
      }),
    ),
  decimal: z
    .literal(['.', ','], { error: "it must be '.' or ','" })
    .optional()
    .meta(
      option('The mark between whole part and fraction of numbers in a text table.', {
        flag: { flag: '--decimal <mark>', help: 'decimal mark of a CSV file' },
        usually: 'found by the numbers',
      }),
    ),
  header: z
    .literal(['yes', 'no'], { error: "it must be 'yes' or 'no'" })
    .optional()
    .meta(
      option('Whether the first line of a text table names its columns.', {
        flag: { flag: '--header <which>', help: 'whether the first line of a CSV file is names' },
        usually: 'found by what lies under it',
      }),
    ),
});

/** Options for reading the user's own data. */
export type ReadOptions = z.input<typeof readOptionsSchema>;

/** Columns that are named to be read; undefined where none are. */
export function namedColumns({ columns }: ReadOptions): readonly string[] | undefined {
  return Array.isArray(columns) ? columns : undefined;
}

/** The user's word on columns, by their names. */
export function columnOptions({ columns = [] }: ReadOptions): ReadonlyMap<string, ColumnOptions> {
  if (Array.isArray(columns)) return new Map();
  return new Map(
    Object.entries(columns).map(([name, given]) => [
      name,
      typeof given === 'string' ? { kind: given } : given,
    ]),
  );
}

/** Options by which a program has tables read: these are no options of config files. */
export interface LikeOptions {
  /** Tells whether the text of each cell is kept, so that rows can be written as they were. */
  readonly cells?: boolean | undefined;
  /** All columns of a table that was read before: rows become examples as they did there. */
  readonly like?: readonly TableColumn[] | undefined;
}

/**
 * Gives the options for reading data, by settings that are stored with others over them.
 * @param stored as plain data of a file, checked or not
 */
export function readingOver(stored: unknown, given: ReadOptions = {}): ReadOptions {
  const known = readOptionsSchema.safeParse(stored ?? {}).data ?? {};
  return { ...known, ...given };
}
