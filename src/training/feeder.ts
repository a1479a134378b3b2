import { Tensor } from 'onnxruntime-common';
import { binarize } from '../data/binarize.js';
import type { Dataset } from '../data/dataset.js';
import { UserError } from '../data/errors.js';
import { randomStream } from '../data/random.js';
import { elementCount } from '../data/shape.js';
import { parseDimension, type Shape } from '../graph/index.js';
import { type Augment, Augmenter } from './augment.js';
import { drawNoise, noiseArray, noiseType } from './noise.js';
import type { Feeds, LoopedObjective } from './program.js';

/** The sizes of a shape whose symbols are the batch's. */
export function sizesAt(shape: Shape, batchSize: number): number[] {
  return shape.map((size) => {
    if (typeof size === 'number') return size;
    const { factor, symbols } = parseDimension(size);
    return factor * batchSize ** symbols.length;
  });
}

/** Feeds of one chunk may hold this many bytes of examples and noise. */
const chunkBytes = 1 << 25;

type Values = Uint8Array | Float32Array;

/** Random changes of examples, new for every step. */
export interface Changes {
  readonly augment?: Augment | undefined;
  /** Whether each value becomes 0 or 1 by its own chance. */
  readonly binarize?: boolean;
}

/** Reads batches of a dataset and draws their noise into buffers that every chunk uses again. */
export class Feeder {
  /** Examples as they are read. */
  private images: Values;
  /** Examples as they are fed, where that is not the same. */
  private augmented: Values;
  private readonly augmenter: Augmenter | undefined;
  private readonly noise: Values[];
  private readonly width: number;

  /**
   * @param stream name of the noise's random stream
   * @throws UserError when the objective needs labels and the data has none
   */
  constructor(
    private readonly dataset: Dataset,
    private readonly program: LoopedObjective,
    private readonly seed: number,
    private readonly stream: string,
    private readonly changes: Changes = {},
  ) {
    this.width = elementCount(dataset.shape);
    this.images = this.values(0);
    this.augmented = this.values(0);
    this.augmenter = changes.augment && new Augmenter(dataset, changes.augment);
    this.noise = program.noises.map(({ kind }) => noiseArray(kind, 0));
    if (program.usesLabels && !dataset.labels) {
      throw new UserError(
        `${dataset.name} has no labels, but the model's objective needs them. Give data with labels.`,
      );
    }
  }

  /** How many batches one chunk can hold. */
  capacity(batchSize: number): number {
    const examples = batchSize * this.width * this.images.BYTES_PER_ELEMENT;
    const noise = this.program.noises.map(
      ({ shape }, i) => elementCount(sizesAt(shape, batchSize)) * this.noise[i]!.BYTES_PER_ELEMENT,
    );
    const bytes = noise.reduce((a, b) => a + b, examples);
    return Math.max(1, Math.floor(chunkBytes / bytes));
  }

  /**
   * The feeds of `iterations` batches.
   * @param order indices of examples; those from `start` on are taken
   * @param step the number of the first batch, which with the seed decides its noise
   */
  async feeds(
    order: Uint32Array,
    start: number,
    iterations: number,
    batchSize: number,
    step: number,
  ): Promise<Feeds> {
    const count = iterations * batchSize;
    const values = count * this.width;
    if (this.images.length < values) this.images = this.values(values);
    await this.dataset.read(order.subarray(start, start + count), this.images);
    const shape = this.augmenter?.shape ?? this.dataset.shape;
    const feeds: Feeds = {
      iterations: new Tensor('int64', BigInt64Array.of(BigInt(iterations)), []),
      images: new Tensor(this.dataset.dtype, this.changed(iterations, batchSize, step), [
        iterations,
        batchSize,
        ...shape,
      ]),
    };
    if (this.program.usesLabels) {
      const labels = BigInt64Array.from(
        Array.from(order.subarray(start, start + count), (index) =>
          BigInt(this.dataset.labels![index]!),
        ),
      );
      feeds.labels = new Tensor('int64', labels, [iterations, batchSize]);
    }
    this.program.noises.forEach(({ name, kind, shape }, i) => {
      const dims = sizesAt(shape, batchSize);
      const length = elementCount(dims);
      if (this.noise[i]!.length < length * iterations) {
        this.noise[i] = noiseArray(kind, length * iterations);
      }
      const buffer = this.noise[i]!;
      for (let k = 0; k < iterations; k++) {
        const stream = randomStream(this.seed, `${this.stream}/${name}`, step + k);
        drawNoise(kind, stream, buffer.subarray(k * length, (k + 1) * length));
      }
      const drawn = buffer.subarray(0, length * iterations);
      feeds[`noise/${name}`] = new Tensor(noiseType(kind), drawn, [iterations, ...dims]);
    });
    return feeds;
  }

  private values(length: number): Values {
    return new (this.dataset.dtype === 'uint8' ? Uint8Array : Float32Array)(length);
  }

  /** The batches that were read, changed as each one's step decides. */
  private changed(iterations: number, batchSize: number, step: number): Values {
    const { augmenter, images, seed, stream } = this;
    const into = batchSize * this.width;
    const length = augmenter ? batchSize * elementCount(augmenter.shape) : into;
    if (augmenter && this.augmented.length < iterations * length) {
      this.augmented = this.values(iterations * length);
    }
    const fed = (augmenter ? this.augmented : images).subarray(0, iterations * length);
    for (let k = 0; k < iterations; k++) {
      const batch = fed.subarray(k * length, (k + 1) * length);
      if (augmenter) {
        const source = images.subarray(k * into, (k + 1) * into);
        augmenter.apply(
          source,
          batch,
          batchSize,
          randomStream(seed, `${stream}/augment`, step + k),
        );
      }
      if (this.changes.binarize) {
        binarize(batch, randomStream(seed, `${stream}/binarize`, step + k));
      }
    }
    return fed;
  }
}
