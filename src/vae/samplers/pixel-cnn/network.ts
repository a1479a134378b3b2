import { z } from 'zod';
import {
  add,
  cast,
  constant,
  gather,
  logSoftmax,
  mul,
  negate,
  oneHot,
  reshape,
  sum,
  transpose,
  type Value,
} from '../../../graph/index.js';
import {
  activation,
  applyLayers,
  type Layer,
  maskedConv2d,
  residual,
  type Scope,
} from '../../../nn/index.js';

/** Options for building and fitting the network. */
export const pixelCnnOptions = {
  channels: z
    .int()
    .min(1)
    .default(32)
    .describe('Channels of the masked convolutions, for each code of a position.'),
  blocks: z.int().min(1).default(4).describe('How many residual blocks there are.'),
  kernel: z
    .int()
    .min(3)
    .default(5)
    .refine((size) => size % 2 === 1, 'it must be odd')
    .describe("Odd size of a block's window in positions."),
  epochs: z.int().min(1).default(50).describe('How often every example is seen, at most.'),
  patience: z
    .int()
    .min(1)
    .default(5)
    .describe('Epochs without a better likelihood of the held-out tenth, after which it ends.'),
  learningRate: z.number().gt(0).default(1e-3).describe('The rate of Adam.'),
  batchSize: z.int().min(1).default(64).describe('How many examples a step looks at.'),
};

const schema = z.strictObject(pixelCnnOptions);

export type PixelCnnOptions = z.output<typeof schema>;

/** The grid of an example's codes, and how many different ones there are. */
export interface Grid {
  /** Number of codes that stand for a position. */
  readonly depth: number;
  readonly height: number;
  readonly width: number;
  readonly codes: number;
}

/** The path of the network's tensors. */
const pixelCnnPath = 'pixelCnn';

/** The size of the first window, which does not see its own position. */
const firstKernel = 7;

/** The layers from embedded codes to logits (van den Oord et al. 2016, table 1 and figure 5). */
function layersOf({ channels, blocks, kernel }: PixelCnnOptions, { depth, codes }: Grid): Layer[] {
  const wide = 2 * channels * depth;
  const at = (filters: number, size: number) =>
    maskedConv2d(filters, { kernel: size, colours: depth, initializer: 'heUniform' });
  const relu = activation('relu');
  const block = () =>
    residual(relu, at(wide / 2, 1), relu, at(wide / 2, kernel), relu, at(wide, 1));
  return [
    maskedConv2d(wide, { mask: 'A', kernel: firstKernel, colours: depth }),
    ...Array.from({ length: blocks }, block),
    relu,
    at(wide, 1),
    relu,
    maskedConv2d(depth * codes, { kernel: 1, colours: depth }),
  ];
}

/**
 * log p of every code that could be at each place, by the codes before it: [batch, depth, height, width, codes].
 * @param chosen int64 [batch, depth, height, width]
 */
export function logProbabilities(
  chosen: Value,
  grid: Grid,
  options: PixelCnnOptions,
  outer: Scope,
): Value {
  const { depth, height, width, codes } = grid;
  const { channels } = options;
  const scope = outer.child(pixelCnnPath);
  const table = scope.parameter('embedding', [depth * codes, channels], 'lecunNormal');
  const offsets = Array.from({ length: depth }, (_, d) => d * codes);
  const places = add(chosen, constant(offsets, [1, depth, 1, 1], 'int64'));
  const embedded = transpose(gather(table, places), [0, 1, 4, 2, 3]);
  const x = reshape(embedded, [chosen.shape[0]!, depth * channels, height, width]);
  const logits = applyLayers(layersOf(options, grid), x, scope);
  const apart = reshape(logits, [chosen.shape[0]!, depth, codes, height, width]);
  return logSoftmax(transpose(apart, [0, 1, 3, 4, 2]), -1);
}

/** −log p of the codes of each example in nats: [batch]. @param images the codes as float32 */
export function negativeLogLikelihood(
  images: Value,
  grid: Grid,
  options: PixelCnnOptions,
  scope: Scope,
): Value {
  const chosen = cast(images, 'int64');
  const logs = logProbabilities(chosen, grid, options, scope);
  return negate(sum(mul(logs, oneHot(chosen, grid.codes)), { axes: [1, 2, 3, 4] }));
}
