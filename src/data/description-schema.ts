import { z } from 'zod';

/** Facts of the data that a model was trained on, as plain data. */
export const descriptionSchema = z.strictObject({
  name: z.string().describe('Its name.'),
  shape: z.array(z.int().min(1)).min(1).describe('Shape of one example.'),
  dtype: z.enum(['uint8', 'float32']).describe('How its values were stored.'),
  values: z
    .strictObject({
      least: z.number().describe('The smallest.'),
      most: z.number().describe('The largest.'),
      mean: z.number().describe('Their mean.'),
      deviation: z.number().min(0).describe('Their standard deviation.'),
    })
    .describe('The values of a sample; bytes stand for [0, 1].'),
  columns: z.array(z.string()).optional().describe('Names of the columns of a table, in order.'),
  classNames: z.array(z.string()).optional().describe('The name of each class, in order.'),
  parts: z
    .strictObject({
      train: z.int().min(1).describe('Those that were trained on.'),
      validation: z.int().min(1).optional().describe('Those that it was validated by.'),
    })
    .describe('How many examples each part had.'),
});
