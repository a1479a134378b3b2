import { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import { randomStream } from '../base/random.js';
import { elementCount, roomyBuffer } from '../base/shape.js';
import { type Augment, Augmenter } from '../data/changes/augment.js';
import { binarize } from '../data/changes/binarize.js';
import type { Dataset } from '../data/dataset.js';
import { type Ranks, shareOf } from '../runtime/ranks/ranks.js';
import { allExamples } from '../runtime/session.js';
import {
  drawNoise,
  type Feeds,
  feedName,
  type LoopedObjective,
  type NoiseInput,
  noiseArray,
  noiseType,
  sizesAt,
} from '../step/index.js';

/** Feeds of one chunk may hold this many bytes of examples and noise. */
const chunkBytes = 1 << 22;

type Values = Uint8Array | Float32Array;

/** Random changes of examples, new for every step. */
export interface Changes {
  readonly augment?: Augment | undefined;
  /** Tells whether each value becomes 0 or 1 by its own chance. */
  readonly binarize?: boolean;
}

/** Arrays that are used again: to get new memory from the system takes longer than to fill it. */
class Arrays {
  private readonly free = new Map<string, ArrayBufferLike[]>();

  /** @param memory makes the memory of the arrays */
  constructor(private readonly memory: new (bytes: number) => ArrayBufferLike) {}

  /** An array of a length for the feed of the name, with any numbers in it. */
  take(name: string, kind: ReturnType<typeof noiseArray>, length: number): Values {
    const before = this.free.get(name)?.pop();
    const buffer = roomyBuffer(this.memory, length * kind.BYTES_PER_ELEMENT, before);
    return new kind(buffer as ArrayBuffer, 0, length);
  }

  giveBack(name: string, { buffer }: Values): void {
    this.free.set(name, [...(this.free.get(name) ?? []), buffer]);
  }
}

/** The examples of each batch that a rank computes: from `first` on, so many. */
type Share = ReturnType<typeof shareOf>;

/** A rank's share of the examples of batches, batch after batch. */
function ownExamples(
  order: Uint32Array,
  iterations: number,
  batchSize: number,
  { first, count }: Share,
): Uint32Array {
  if (count === batchSize) return order.subarray(0, iterations * batchSize);
  const own = new Uint32Array(iterations * count);
  for (let k = 0; k < iterations; k++) {
    const start = k * batchSize + first;
    own.set(order.subarray(start, start + count), k * count);
  }
  return own;
}

/** Reads batches of a dataset and draws their noise into arrays that later chunks use again. */
export class Feeder {
  /** Memory for examples as they are read, where they are fed in another form. */
  private read: Values;
  private readonly kind: ReturnType<typeof noiseArray>;
  private readonly augmenter: Augmenter | undefined;
  private readonly arrays: Arrays;
  private readonly width: number;

  /**
   * @param stream name of the noise's random stream
   * @param ranks that share out the examples of each batch: this one reads its own alone
   * @throws UserError when the objective needs labels and the data has none
   */
  constructor(
    private readonly dataset: Dataset,
    private readonly program: LoopedObjective,
    private readonly seed: number,
    private readonly stream: string,
    private readonly changes: Changes = {},
    private readonly ranks: Pick<Ranks, 'rank' | 'size'> = { rank: 0, size: 1 },
  ) {
    this.width = elementCount(dataset.shape);
    this.kind = dataset.dtype === 'uint8' ? Uint8Array : Float32Array;
    this.read = new this.kind(0);
    this.arrays = new Arrays(program.session.sharesMemory ? SharedArrayBuffer : ArrayBuffer);
    this.augmenter = changes.augment && new Augmenter(dataset, changes.augment);
    if (program.usesLabels && !dataset.labels) {
      throw new UserError(
        `${dataset.name} has no labels, but the model's objective needs them. Give data with labels.`,
      );
    }
  }

  /** Counts the batches that one chunk can hold, by the rank that has the most of each. */
  capacity(batchSize: number): number {
    const most = Math.ceil(batchSize / this.ranks.size);
    const examples = most * this.width * this.kind.BYTES_PER_ELEMENT;
    const noise = this.program.noises.map(
      ({ kind, shape }) => elementCount(sizesAt(shape, most)) * noiseArray(kind).BYTES_PER_ELEMENT,
    );
    const bytes = noise.reduce((a, b) => a + b, examples);
    return Math.max(1, Math.floor(chunkBytes / bytes));
  }

  /**
   * The feeds of `iterations` batches.
   * @param order indices of examples, taken from `start` on
   * @param step the number of the first batch, which with the seed decides its noise
   */
  async feeds(
    order: Uint32Array,
    start: number,
    iterations: number,
    batchSize: number,
    step: number,
  ): Promise<Feeds> {
    const own = shareOf(this.ranks, batchSize);
    const examples = ownExamples(order.subarray(start), iterations, batchSize, own);
    const shape = this.augmenter?.shape ?? this.dataset.shape;
    const feeds: Feeds = {
      [feedName.iterations]: new Tensor('int64', BigInt64Array.of(BigInt(iterations)), []),
      [feedName.images]: new Tensor(
        this.dataset.dtype,
        await this.images(examples, iterations, own, step),
        [iterations, own.count, ...shape],
      ),
    };
    if (this.ranks.size > 1) {
      const all = new Float32Array(iterations).fill(batchSize);
      feeds[allExamples] = new Tensor('float32', all, [iterations]);
    }
    if (this.program.usesLabels) {
      const labels = BigInt64Array.from(
        Array.from(examples, (index) => BigInt(this.dataset.labels![index]!)),
      );
      feeds[feedName.labels] = new Tensor('int64', labels, [iterations, own.count]);
    }
    for (const noise of this.program.noises) {
      feeds[feedName.noise(noise.name)] = this.noise(noise, iterations, own, step, batchSize);
    }
    return feeds;
  }

  /** Noise of batches, each by its own stream, of which a share takes its examples' part. */
  private noise(
    { name, kind, shape }: NoiseInput,
    iterations: number,
    own: Share,
    step: number,
    batchSize: number,
  ) {
    const dims = sizesAt(shape, own.count);
    const length = elementCount(dims);
    const isCut = typeof shape[0] === 'string';
    const from = isCut ? own.first * elementCount(dims.slice(1)) : 0;
    const drawn = this.arrays.take(feedName.noise(name), noiseArray(kind), length * iterations);
    for (let k = 0; k < iterations; k++) {
      const stream = randomStream(this.seed, `${this.stream}/${name}`, step + k);
      drawNoise(kind, stream, drawn.subarray(k * length, (k + 1) * length), from, batchSize);
    }
    return new Tensor(noiseType(kind), drawn, [iterations, ...dims]);
  }

  /** Takes the arrays of feeds that are no longer needed, for the next ones. */
  giveBack(feeds: Feeds): void {
    const noises = this.program.noises.map(({ name }) => feedName.noise(name));
    for (const name of [feedName.images, ...noises]) {
      this.arrays.giveBack(name, feeds[name]!.data as Values);
    }
  }

  /** The examples of batches, changed as each one's step decides. */
  private async images(
    examples: Uint32Array,
    iterations: number,
    { first, count }: Share,
    step: number,
  ): Promise<Values> {
    const { augmenter, seed, stream } = this;
    const into = count * this.width;
    const length = augmenter ? count * elementCount(augmenter.shape) : into;
    const fed = this.arrays.take(feedName.images, this.kind, iterations * length);
    if (augmenter && this.read.length < iterations * into) {
      this.read = new this.kind(iterations * into);
    }
    await this.dataset.read(examples, augmenter ? this.read : fed);
    for (let k = 0; k < iterations; k++) {
      const batch = fed.subarray(k * length, (k + 1) * length);
      if (augmenter) {
        const source = this.read.subarray(k * into, (k + 1) * into);
        augmenter.apply(
          source,
          batch,
          count,
          randomStream(seed, `${stream}/augment`, step + k),
          first,
        );
      }
      if (this.changes.binarize) {
        const from = first * elementCount(augmenter?.shape ?? this.dataset.shape);
        binarize(batch, randomStream(seed, `${stream}/binarize`, step + k), from);
      }
    }
    return fed;
  }
}
