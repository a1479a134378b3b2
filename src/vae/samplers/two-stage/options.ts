import { z } from 'zod';

/** Options of the second VAE's networks. */
export const networkOptions = {
  hidden: z.int().min(1).default(512).describe('Units of each hidden layer.'),
  layers: z.int().min(1).default(3).describe('Hidden layers of encoder and decoder each.'),
};

const schema = z.strictObject(networkOptions);

export type NetworkOptions = z.output<typeof schema>;
