import { z } from 'zod';
import { option } from '../base/settings/option.js';

/** How the user's own data is read. What does not apply to the format at hand is left out. */
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
  columns: z
    .array(z.string())
    .min(1)
    .optional()
    .meta(
      option('Columns of a table to read, or the array of an .npz file.', {
        flag: {
          flag: '--columns <names>',
          help: 'columns of a CSV or Parquet file, separated by commas',
        },
        usually: 'all numeric ones',
      }),
    ),
  label: z
    .string()
    .optional()
    .meta(
      option('The column, array or file that holds the labels.', {
        flag: {
          flag: '--label <name>',
          help: 'column of labels, or a file with one label an image',
        },
        resumable: true,
      }),
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
  missing: z
    .literal(['error', 'drop', 'mean'], { error: "it must be 'error', 'drop' or 'mean'" })
    .optional()
    .meta(
      option(
        "What is done with rows of a table that have gaps: 'drop' leaves them out, 'mean' fills a gap with its column's mean.",
        {
          flag: {
            flag: '--missing <how>',
            help: 'rows of a table with gaps: an error, left out (drop) or filled (mean)',
          },
          usually: 'error',
        },
      ),
    ),
  shape: z
    .array(z.int().min(1))
    .min(1)
    .max(3)
    .optional()
    .meta(
      option(
        'The shape of an example that lies flat in its row: [28, 28], [3, 32, 32], or [32, 32, 3] where each pixel has its colours together.',
        {
          flag: {
            flag: '--shape <shape>',
            help: 'shape of examples that lie flat in rows: 28x28, 3x32x32 or 32x32x3',
            reads: 'shape',
          },
        },
      ),
    ),
});

/** How the user's own data is read. */
export type ReadOptions = z.input<typeof readOptionsSchema>;

/**
 * How data is read, by settings that are stored with others over them.
 * @param stored as plain data of a file, checked or not
 */
export function readingOver(stored: unknown, given: ReadOptions = {}): ReadOptions {
  const known = readOptionsSchema.safeParse(stored ?? {}).data ?? {};
  return { ...known, ...given };
}
