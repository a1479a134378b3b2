import { z } from 'zod';

/** How the user's own data is read. What does not apply to the format at hand is left out. */
export const readOptionsSchema = z.strictObject({
  /**
   * Size of pictures: [height, width], or a number for both. Without `crop` a picture is stretched
   * to it.
   */
  resize: z
    .union([z.int().min(1), z.tuple([z.int().min(1), z.int().min(1)])], {
      error: 'it must be a whole number of pixels, or [height, width]',
    })
    .optional()
    .describe('Size of pictures in pixels: [height, width], or a number for both.'),
  /** `'center'` keeps the proportions and cuts what lies outside the size that `resize` gives. */
  crop: z
    .literal('center', { error: "it must be 'center'" })
    .optional()
    .describe(
      "'center' keeps the proportions and cuts what lies outside the size that resize gives.",
    ),
  /** 1 for gray, 3 for colour; colour unless all pictures are gray when left out. */
  channels: z
    .literal([1, 3], { error: 'it must be 1 (gray) or 3 (colour)' })
    .optional()
    .describe('1 for gray, 3 for colour; colour unless all pictures are gray when left out.'),
  /** Whether a picture that cannot be read is an error; otherwise it is told and skipped. */
  strict: z
    .boolean()
    .optional()
    .describe(
      'Whether a picture that cannot be read is an error; otherwise it is told and skipped.',
    ),
  /** Columns of a table to read, or the array of an .npz file; all numeric ones when left out. */
  columns: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'Columns of a table to read, or the array of an .npz file; all numeric ones when left out.',
    ),
  /** The column, array or file that holds the labels. */
  label: z.string().optional().describe('The column, array or file that holds the labels.'),
});

/** How the user's own data is read. */
export type ReadOptions = z.input<typeof readOptionsSchema>;
