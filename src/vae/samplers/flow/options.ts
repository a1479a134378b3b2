import { z } from 'zod';
import type { AutoregressiveOptions } from '../../flows/index.js';
import type { Tensors } from '../sampler.js';

/** Options of samplers that are an autoregressive flow. */
export const flowOptions = {
  blocks: z.int().min(1).describe('How many autoregressive maps there are.'),
  hidden: z.int().min(1).default(128).describe("Units of a hidden layer of a map's network."),
  layers: z.int().min(1).default(2).describe("Hidden layers of a map's network."),
  epochs: z.int().min(1).default(100).describe('How often every latent is seen, at most.'),
  patience: z
    .int()
    .min(1)
    .default(10)
    .describe('Epochs without a better density of the held-out tenth, after which it ends.'),
  learningRate: z.number().gt(0).default(1e-3).describe('The rate of Adam.'),
  batchSize: z.int().min(1).default(128).describe('How many latents a step looks at.'),
};

const schema = z.strictObject(flowOptions);

export type FlowOptions = z.output<typeof schema>;

/** The direction in which a flow is computed at once, the other one being one value after another. */
export type Direction = 'toNoise' | 'fromNoise';

/** The flow of a sampler. */
export function flowOf(
  { blocks, hidden, layers }: FlowOptions,
  at: Direction,
): AutoregressiveOptions {
  return {
    blocks,
    form: at === 'toNoise' ? 'standardizing' : 'scaling',
    hidden: new Array<number>(layers).fill(hidden),
    activation: 'relu',
  };
}

/** Tells of a fitted flow. */
export function describeFlow({ heldOut }: Tensors): string {
  const [nats] = heldOut!.data as Float32Array;
  return `held-out log density ${nats!.toFixed(2)} nats`;
}
