import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import {
  add,
  gemm,
  groupNormalization,
  matmul,
  mul,
  reshape,
  type Shape,
  softmax,
  transpose,
  type Value,
} from '../../graph/index.js';
import { defineLayer } from '../layer.js';
import type { Scope } from '../scope.js';
import { channelsOf } from './channels.js';

const schema = z
  .strictObject({
    heads: z.int().min(1).default(1).describe('Heads, which share the channels.'),
    groups: z
      .int()
      .min(1)
      .default(1)
      .describe('Groups of channels of the normalization before it.'),
    epsilon: z.number().positive().default(1e-6).describe("Added to the normalization's variance."),
  })
  .describe('Self-attention over positions, added to its input.');

export type AttentionOptions = z.input<typeof schema>;

/** Rows times a matrix of the scope, as `dense` has it. */
function project(rows: Value, channels: number, scope: Scope): Value {
  const weight = scope.parameter('weight', [channels, channels], 'glorotUniform');
  const bias = scope.parameter('bias', [channels], 'zeros');
  return gemm(rows, weight, bias, { transposeB: true });
}

/**
 * x + out(attention(q, k, v)) of [batch, channels, ...positions], where q, k and v are linear functions of the group
 * norm of x at each position: each position sees all positions (Vaswani et al. 2017, eq. 1,
 * https://arxiv.org/abs/1706.03762), as in the attention blocks of diffusers' AutoencoderKL, which has 32 groups and
 * one head. Time and memory grow with the square of the number of positions. Parameters, with the names of diffusers:
 * `group_norm.weight`, `group_norm.bias` [channels], and `weight` [channels, channels] and `bias` [channels] of `to_q`,
 * `to_k`, `to_v` and `to_out.0`.
 * @param options.heads divide the channels; 1 when left out
 * @param options.groups divide the channels; 1 when left out
 * @throws UserError when an option is wrong
 */
export const attention = defineLayer(
  'attention',
  schema,
  (x, { heads, groups, epsilon }, scope) => {
    const channels = channelsOf(x);
    if (channels % heads !== 0) {
      throw new UserError(`${channels} channels cannot be cut into ${heads} heads.`);
    }
    const [batch, , ...positions] = x.shape as readonly [string, number, ...number[]];
    const size = positions.reduce((product, each) => product * each, 1);
    const own = scope.child('group_norm');
    const weight = own.parameter('weight', [channels], 'ones');
    const bias = own.parameter('bias', [channels], 'zeros');
    const normal = groupNormalization(x, groups, weight, bias, epsilon);
    const width = channels / heads;
    const rows = reshape(transpose(reshape(normal, [batch, channels, size]), [0, 2, 1]), [
      -1,
      channels,
    ]);
    const byHead: Shape = [batch, size, heads, width];
    const part = (name: string, order: readonly number[]) =>
      transpose(reshape(project(rows, channels, scope.child(name)), byHead), order);
    // Scaled before the product: there are fewer numbers there.
    const queries = mul(part('to_q', [0, 2, 1, 3]), 1 / Math.sqrt(width));
    const shares = softmax(matmul(queries, part('to_k', [0, 2, 3, 1])), -1);
    const seen = matmul(shares, part('to_v', [0, 2, 1, 3]));
    const joined = reshape(transpose(seen, [0, 2, 1, 3]), [-1, channels]);
    const change = reshape(project(joined, channels, scope.child('to_out.0')), [
      batch,
      size,
      channels,
    ]);
    return add(x, reshape(transpose(change, [0, 2, 1]), [batch, channels, ...positions]));
  },
  (options: AttentionOptions = {}) => options,
);
