import { z } from 'zod';
import { columnSchema } from './column-schema.js';
import { inputKinds, inputScalings } from './input.js';

/** Schema for how examples are to be taken, as plain data. */
export const exampleSchema = z
  .strictObject({
    kind: z
      .enum(inputKinds)
      .optional()
      .describe(
        'image [channels, height, width], vector [values], sequence [channels, steps] or [steps], or table: the columns of a row.',
      ),
    range: z
      .tuple([z.number(), z.number()])
      .refine(([low, high]) => low < high, { error: 'give the smaller number first' })
      .optional()
      .describe('The smallest and the largest value; [0, 1] for images when left out.'),
    scaling: z
      .enum(inputScalings)
      .default('none')
      .describe(
        'standardize: the model sees each value less its mean, divided by its deviation in the training data; of sequences, those of its channel.',
      ),
    columns: z
      .array(columnSchema)
      .min(1)
      .optional()
      .describe('Of a table: all of its columns, in their order.'),
  })
  .refine(({ kind, columns }) => (kind === 'table') === (columns !== undefined), {
    error: "kind 'table' and columns belong together",
  })
  .meta({ id: 'example', description: 'How examples are to be taken.' });
