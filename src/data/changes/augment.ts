import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { fillUniform, type RandomStream } from '../../base/random.js';
import type { Dataset } from '../dataset.js';
import { croppedShape } from './crop.js';

/** Random changes of images, new for every step. */
export const augmentSchema = z.strictObject({
  flip: z
    .enum(['horizontal', 'vertical', 'both'])
    .optional()
    .describe(
      'Mirrors every second image, left to right, top to bottom, or each by its own chance.',
    ),
  shift: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Moves by up to so many whole pixels up or down and left or right; the edge is repeated.',
    ),
  crop: z
    .tuple([z.int().min(1), z.int().min(1)])
    .optional()
    .describe(
      'Cuts out [height, width] at a random place; validation images are cut in the middle.',
    ),
});

export type Augment = z.output<typeof augmentSchema>;

/**
 * The shape of augmented examples.
 * @throws UserError when the examples are not images, or too small for the crop
 */
export function augmentedShape(dataset: Dataset, { crop }: Augment): readonly number[] {
  if (dataset.shape.length !== 3) {
    throw new UserError(
      `augment: ${dataset.name} has examples of shape [${dataset.shape.join(', ')}], which are not images [channels, height, width]. Leave it out.`,
    );
  }
  return crop ? croppedShape(dataset, crop) : dataset.shape;
}

/** Random numbers that one image takes, whichever changes are made. */
const drawsPerImage = 6;

type Values = Uint8Array | Float32Array;

/** Augments batches of images of one shape. */
export class Augmenter {
  /** Shape of the augmented images. */
  readonly shape: readonly number[];
  private readonly rows: Int32Array;
  private readonly columns: Int32Array;
  private draws = new Float32Array();

  /** @throws UserError as `augmentedShape` */
  constructor(
    private readonly dataset: Dataset,
    private readonly options: Augment,
  ) {
    this.shape = augmentedShape(dataset, options);
    this.rows = new Int32Array(this.shape[1]!);
    this.columns = new Int32Array(this.shape[2]!);
  }

  /**
   * Augments each image of a batch by its own random numbers.
   * @param source images of the dataset's shape, one after another
   * @param target receives as many of this augmenter's shape
   * @param first the place in the stream's batch of the first image
   */
  apply(source: Values, target: Values, count: number, stream: RandomStream, first = 0): void {
    const [channels, height, width] = this.dataset.shape as [number, number, number];
    const { rows, columns } = this;
    const { flip } = this.options;
    const end = first + count;
    if (this.draws.length < end * drawsPerImage) {
      this.draws = new Float32Array(end * drawsPerImage);
    }
    fillUniform(stream, this.draws.subarray(0, end * drawsPerImage));
    for (let image = 0, at = 0; image < count; image++) {
      const from = (first + image) * drawsPerImage;
      const draw = this.draws.subarray(from, from + drawsPerImage);
      this.place(rows, height, draw[0]!, draw[1]!, flip !== 'horizontal' && draw[2]! < 0.5);
      this.place(columns, width, draw[3]!, draw[4]!, flip !== 'vertical' && draw[5]! < 0.5);
      for (let channel = 0; channel < channels; channel++) {
        const plane = (image * channels + channel) * height * width;
        for (let y = 0; y < rows.length; y++) {
          const row = plane + rows[y]! * width;
          for (let x = 0; x < columns.length; x++) target[at++] = source[row + columns[x]!]!;
        }
      }
    }
  }

  /**
   * Finds the origin of each pixel along one axis: out of a window at a random place, moved, mirrored.
   * @param window, move uniform numbers of [0, 1)
   */
  private place(from: Int32Array, size: number, window: number, move: number, mirror: boolean) {
    const { flip, shift = 0 } = this.options;
    const start = Math.floor(window * (size - from.length + 1));
    const offset = Math.floor(move * (2 * shift + 1)) - shift;
    for (let i = 0; i < from.length; i++) {
      const seen = flip && mirror ? from.length - 1 - i : i;
      from[i] = Math.min(Math.max(start + seen + offset, 0), size - 1);
    }
  }
}
