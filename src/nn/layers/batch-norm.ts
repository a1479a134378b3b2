import { z } from 'zod';
import * as graph from '../../graph/index.js';
import { defineLayer } from '../layer.js';
import { channelsOf } from './channels.js';

const schema = z
  .strictObject({
    momentum: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('The share of a batch in the running statistics.'),
    epsilon: z.number().positive().default(1e-5).describe('Added to the variance.'),
  })
  .describe('Normalizes each channel over the batch.');

export type BatchNormOptions = z.input<typeof schema>;

/**
 * Batch normalization (Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167, algorithm 1) of
 * each channel of [batch, channels, ...]: in training with the batch's mean and variance, otherwise
 * with running ones. Parameters: `weight`, `bias`; states: `running_mean`, `running_var`, all
 * [channels], with PyTorch's names and meaning (the running variance is the unbiased one). A
 * training batch needs more than one value for each channel. Ranks normalize their parts of a batch each by
 * itself, and keep the means of their statistics.
 * @param options.momentum the share of a batch in the running statistics; 0.1 when left out (Keras
 *   calls 1 − this momentum)
 * @param options.epsilon added to the variance; 1e-5 when left out
 * @throws UserError when an option is wrong
 */
export const batchNorm = defineLayer(
  'batchNorm',
  schema,
  (x, { momentum, epsilon }, scope) => {
    const shape = [channelsOf(x)];
    const weight = scope.parameter('weight', shape, 'ones');
    const bias = scope.parameter('bias', shape, 'zeros');
    const runningMean = scope.state('running_mean', shape, 'zeros');
    const runningVariance = scope.state('running_var', shape, 'ones');
    if (!scope.training) {
      const statistics = { mean: runningMean.value, variance: runningVariance.value };
      return graph.normalizeWith(x, weight, bias, statistics, epsilon);
    }
    if (x.shape.slice(2).every((size) => size === 1)) scope.requireBatch(2, 'batchNorm');
    const { value, mean, variance } = graph.batchNormalization(x, weight, bias, epsilon);
    const counted = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
    const count = graph.axesSize(x, counted);
    const unbiased = graph.mul(variance, graph.div(count, graph.sub(count, 1)));
    const moved = (from: graph.Value, to: graph.Value) =>
      graph.add(graph.mul(from, 1 - momentum), graph.mul(to, momentum));
    runningMean.update(moved(runningMean.value, mean), 'mean');
    runningVariance.update(moved(runningVariance.value, unbiased), 'mean');
    scope.byParts({ from: x, numbers: [mean, variance], value });
    return value;
  },
  (options: BatchNormOptions = {}) => options,
);
