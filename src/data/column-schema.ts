import { z } from 'zod';
import { cellTypes, columnKinds, dateUnits, type TableColumn } from './column.js';

/** A column of a table, as plain data. */
export const columnSchema = z
  .strictObject({
    name: z.string().describe('Its name.'),
    kind: z.enum(columnKinds).describe('How its values are understood.'),
    type: z.enum(cellTypes).describe('The type of its cells.'),
    missing: z.number().min(0).max(1).describe('The share of rows that hold no value.'),
    likelihood: z
      .string()
      .optional()
      .describe('The distribution of its values; by its kind when left out.'),
    categories: z
      .array(z.string())
      .optional()
      .describe('The words that values 0, 1, 2 … of an example stand for.'),
    rare: z
      .record(z.string(), z.int().min(0))
      .optional()
      .describe(
        'Words that share one value after those of categories, with the number of rows of each.',
      ),
    range: z
      .tuple([z.number(), z.number()])
      .optional()
      .describe('The smallest and the largest value of an example.'),
    decimals: z.int().min(0).optional().describe('Digits after the point, at most.'),
    leastDecimals: z
      .int()
      .min(0)
      .optional()
      .describe('Digits after the point that every number is written with.'),
    date: z
      .strictObject({
        format: z.string().describe('How they are written, as in YYYY-MM-DD.'),
        origin: z.number().describe('The moment of value 0: milliseconds since 1970, UTC.'),
        unit: z.enum(dateUnits).describe('The unit of values.'),
      })
      .optional()
      .describe('How dates become values.'),
    form: z
      .union([
        z.literal('uuid'),
        z.strictObject({
          prefix: z.string().describe('The words before the number.'),
          digits: z.int().min(1).describe('How many digits it has.'),
        }),
      ])
      .optional()
      .describe('The form of ids that are new.'),
  })
  .meta({ id: 'column', description: 'A column of a table.' }) satisfies z.ZodType<TableColumn>;
