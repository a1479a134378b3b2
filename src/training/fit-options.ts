import { z } from 'zod';
import { UserError } from '../data/errors.js';
import { advice } from '../data/suggest.js';
import { validate } from '../data/validate.js';
import { augmentSchema } from './augment.js';

/**
 * How training goes beyond epochs, batches and optimizer: plain data, the same for `fit` and for the
 * `training` of `config.json`. An option that is left out is off and costs nothing.
 */
export const fitShape = {
  /**
   * Limits gradients: all together to a Euclidean `norm` (Pascanu et al. 2013), or each element to
   * ±`value`.
   */
  clipGradients: z
    .strictObject({
      norm: z.number().positive().describe('The largest Euclidean norm of all gradients together.'),
      value: z.number().positive().describe('The largest element, whatever its sign.'),
    })
    .partial()
    .refine(({ norm, value }) => (norm === undefined) !== (value === undefined), {
      error: 'give either norm or value',
    })
    .optional()
    .describe('Limits gradients: all together to a Euclidean norm, or each element to ±value.'),
  /**
   * Batches that one change of the parameters takes its gradient from: their mean, each by its size.
   * The last change of an epoch takes what is left. Learning rates count these changes, all else
   * counts batches.
   */
  accumulate: z
    .int()
    .min(1)
    .optional()
    .describe('Batches that one change of the parameters takes its gradient from.'),
  /**
   * Keeps an exponential moving average of the parameters, and validates and ends with it in their
   * place. At change n the factor is the smaller of this and (1 + n) / (10 + n), so that the first
   * parameters are soon forgotten (as TensorFlow's `ExponentialMovingAverage`). What layers keep
   * themselves, such as running means, is not averaged.
   */
  ema: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe(
      'Keeps a moving average of the parameters with this factor, such as 0.999, and ends with it.',
    ),
  /** Ends training when a metric, smaller being better, has not improved for `patience` epochs. */
  earlyStopping: z
    .strictObject({
      metric: z.string().default('val_loss').describe('What is watched; smaller is better.'),
      patience: z
        .int()
        .min(1)
        .default(10)
        .describe('Epochs without an improvement that are borne.'),
      minDelta: z
        .number()
        .min(0)
        .default(0)
        .describe('What counts as an improvement: a metric under the best by more than this.'),
    })
    .optional()
    .describe('Ends training when a metric improves no more.'),
  /** Ends with the parameters of the epoch where this metric was smallest. */
  keepBest: z
    .string()
    .optional()
    .describe('Ends with the parameters of the epoch where this metric was smallest.'),
  /** The part of the data, between 0 and 1, that is validated by and not trained on. */
  validationSplit: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('The part of the data, between 0 and 1, that is validated by and not trained on.'),
  /**
   * Trains on black and white: each value x is 1 with probability x, drawn anew at every step
   * (`dynamic`) or once by the seed and the example's index (`static`). Validation is always static.
   */
  binarize: z
    .enum(['dynamic', 'static'])
    .optional()
    .describe(
      'Trains on black and white, drawn by the values anew at every step (dynamic) or once (static).',
    ),
  /** Random changes of training images, new at every step. */
  augment: augmentSchema
    .optional()
    .describe('Random changes of training images, new at every step.'),
  /** How often a checkpoint is taken: after so many steps, seconds or epochs, each by itself. */
  checkpoint: z
    .strictObject({
      steps: z.int().min(1).describe('Steps from one to the next.'),
      seconds: z.number().positive().describe('Seconds from one to the next, at the least.'),
      epochs: z.int().min(1).describe('Epochs from one to the next.'),
    })
    .partial()
    .optional()
    .describe('How often training is saved so that it can be resumed.'),
  /**
   * The answer to a loss, gradient or parameter that is not finite: `stop` with the last good state,
   * `skip` the batch (with `accumulate`, a change whose last batch is skipped is left out), or
   * `rollback` to what was learnt by the end of the last good epoch (one whose loss is no more than
   * twice the lowest) with half the learning rate, up to ten times.
   */
  onNonFinite: z
    .enum(['stop', 'skip', 'rollback'])
    .optional()
    .describe(
      'What is done when a number is not finite: stop with the last good state (when left out), skip the batch, or rollback to the end of the last good epoch with half the learning rate.',
    ),
};

/** Each thread takes memory, whether or not there is a processor for it. */
export const mostThreads = 256;

const fitSchema = z.strictObject(fitShape);

export type FitOptions = z.input<typeof fitSchema>;

export type CheckedFitOptions = z.output<typeof fitSchema>;

/** The options among others, checked and with defaults. @throws UserError that names a wrong one */
export function checkFitOptions(options: FitOptions): CheckedFitOptions {
  const known = Object.keys(fitShape) as (keyof FitOptions)[];
  const given = known.filter((name) => options[name] !== undefined);
  return validate(fitSchema, Object.fromEntries(given.map((name) => [name, options[name]])), 'fit');
}

/**
 * Checks that training will report a metric.
 * @param where the option that asks for it, for messages
 * @param names the objective's metrics
 * @throws UserError when it will not
 */
export function checkMetric(
  metric: string,
  where: string,
  names: readonly string[],
  validated: boolean,
): void {
  const known = [...names, ...(validated ? names.map((name) => `val_${name}`) : [])];
  if (known.includes(metric)) return;
  if (metric.startsWith('val_') && names.includes(metric.slice(4))) {
    throw new UserError(
      `${where}: there is no ${metric} without validation data. Give some, or use '${metric.slice(4)}'.`,
    );
  }
  throw new UserError(`${where}: there is no metric '${metric}'. ${advice(metric, known)}`);
}
