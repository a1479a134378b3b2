import { z } from 'zod';
import { option } from '../base/settings/option.js';
import { augmentSchema } from '../data/changes/augment.js';
import { optimizerNames, optimizerSchema, scheduleNames } from '../nn/index.js';

/** Each thread takes memory, whether or not there is a processor for it. */
const mostThreads = 256;

/** The rate and schedule of any optimizer; each kind's own schema has them too. */
const optimizerParts = {
  'learningRate.initial': z
    .number()
    .min(0)
    .meta(
      option(
        'How far each step moves the parameters. Too large and the loss jumps or grows; too small and it falls slowly.',
        {
          flag: {
            flag: '--learning-rate <x>',
            help: "the optimizer's learning rate, or a schedule's first",
          },
          field: { name: 'learningRate', label: 'Learning rate', most: 10 },
          live: true,
        },
      ),
    ),
  learningRate: z.unknown().meta(
    option('A learning rate that changes as training goes on.', {
      flag: {
        flag: '--lr-schedule <schedule>',
        help: 'a learning rate that changes by',
        reads: 'named',
        example: 'step:every=10,factor=0.5',
      },
      kinds: scheduleNames,
    }),
  ),
};

/** Length, optimizer and device of a training: every training has these. */
export const paceShape = {
  epochs: z
    .int()
    .min(0)
    .default(30)
    .meta(
      option('How often every example is seen.', {
        flag: '--epochs <n>',
        field: { label: 'Epochs', least: 1, most: 10_000 },
        usually: "the preset's, else 30",
        resumable: true,
      }),
    ),
  batchSize: z
    .int()
    .min(1)
    .default(32)
    .meta(
      option('How many examples one step of training looks at.', {
        flag: { flag: '--batch-size <n>', help: 'examples a step' },
        field: { label: 'Batch', most: 4096, unit: 'images' },
        usually: "the preset's, else 32",
      }),
    ),
  optimizer: optimizerSchema.prefault({}).meta(
    option('How gradients change the parameters.', {
      flag: {
        flag: '--optimizer <name>',
        reads: 'named',
        example: 'sgd:momentum=0.9',
      },
      kinds: optimizerNames,
      usually: 'adam',
      example: 'adam({ learningRate: 0.001 })',
      inside: optimizerParts,
    }),
  ),
  players: z
    .record(
      z.string(),
      z.strictObject({
        optimizer: optimizerSchema
          .optional()
          .meta(option("Moves the player's parameters.", { usually: "the objective's choice" })),
      }),
    )
    .optional()
    .meta(
      option(
        "Settings of the objective's other players by name, such as an adversary's optimizer.",
        { advanced: true, example: '{ discriminator: { optimizer: adam() } }' },
      ),
    ),
  /**
   * Steps in one call of the runtime. When left out as many as take about 160 ms, or up to 400 ms where
   * copying many parameters would else take a good part of it.
   */
  stepsPerCall: z
    .int()
    .min(1)
    .optional()
    .meta(
      option('Steps in one call of the runtime.', {
        usually: 'as many as take 160 to 400 ms',
        resumable: true,
        advanced: true,
        example: '10',
      }),
    ),
  threads: z
    .int()
    .min(1)
    .max(mostThreads)
    .optional()
    .meta(
      option('Threads that compute a step.', {
        flag: '--threads <n>',
        usually: 'as many as pay',
        resumable: true,
        advanced: true,
        example: '1',
      }),
    ),
  /**
   * The device. On `webgpu` parameters and the optimizer's memory stay on the graphics processor. `auto` chooses by
   * `chooseDevice`, and tells callbacks by `onNote`.
   */
  device: z
    .enum(['cpu', 'webgpu', 'cuda', 'auto'])
    .default('cpu')
    .meta(
      option(
        'Hardware that steps run on. Small networks train faster on the processor, large ones on a graphics processor, by WebGPU or, in Node on Linux, by CUDA; `auto` chooses by the size of a step, and says what it chose.',
        {
          flag: { flag: '--device <name>', help: 'hardware that steps run on' },
          field: {
            label: 'Computed on',
            note: 'The runtime for that, about 7 MB, is fetched when it is first used.',
            titles: {
              cpu: 'The processor (WebAssembly)',
              webgpu: 'The graphics processor (WebGPU)',
              auto: 'What fits the network',
            },
          },
          resumable: true,
          advanced: true,
        },
      ),
    ),
};

/** Further settings of training. An option that is left out is off and costs nothing. */
export const fitShape = {
  /**
   * Limits gradients: all together to a Euclidean `norm` (Pascanu et al. 2013), or each element to
   * ±`value`.
   */
  clipGradients: z
    .strictObject({
      norm: z
        .number()
        .positive()
        .meta(
          option('The largest Euclidean norm of all gradients together.', {
            flag: {
              flag: '--clip-norm <x>',
              help: 'limit for the norm of all gradients together',
            },
          }),
        ),
      value: z
        .number()
        .positive()
        .meta(
          option('The largest element, whatever its sign.', {
            flag: { flag: '--clip-value <x>', help: 'limit for each gradient' },
          }),
        ),
    })
    .partial()
    .refine(({ norm, value }) => (norm === undefined) !== (value === undefined), {
      error: 'give either norm or value',
    })
    .optional()
    .meta(
      option('Limits gradients: all together to a Euclidean norm, or each element to ±value.', {
        example: '{ norm: 1 }',
      }),
    ),
  /**
   * Batches that one change of the parameters takes its gradient from: their mean, each by its size.
   * The last change of an epoch takes the batches that are left. Learning rates count these changes,
   * all else counts batches.
   */
  accumulate: z
    .int()
    .min(1)
    .optional()
    .meta(
      option('Batches that one change of the parameters takes its gradient from.', {
        flag: '--accumulate <n>',
        usually: '1',
        example: '1',
      }),
    ),
  /**
   * Keeps an exponential moving average of the parameters, and validates and ends with it in their
   * place. At change n the factor is the smaller of this and (1 + n) / (10 + n), so that the first
   * parameters are soon forgotten (as TensorFlow's `ExponentialMovingAverage`). Tensors that layers
   * keep themselves, such as running means, are not averaged.
   */
  ema: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .meta(
      option(
        'Keeps a moving average of the parameters with this factor, such as 0.999, and ends with it.',
        {
          flag: {
            flag: '--ema <decay>',
            help: 'keep a moving average of the parameters, as 0.999',
          },
          example: '0.999',
        },
      ),
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
    .meta(
      option(
        'Ends training when a metric improves no more. While a weight such as β grows, validation is by its last value, and epochs are not compared by metrics of training.',
        {
          flag: {
            flag: '--early-stopping <patience>',
            help: 'end when val_loss has not improved for so many epochs; more: 5,metric=val_kl,minDelta=0.1',
            reads: 'pairs',
            example: '5,metric=val_kl,minDelta=0.1',
            first: 'patience',
          },
          example: "{ metric: 'val_loss', patience: 10 }",
        },
      ),
    ),
  keepBest: z
    .string()
    .optional()
    .meta(
      option('Ends with the parameters of the epoch where this metric was smallest.', {
        flag: {
          flag: '--keep-best [metric]',
          help: 'end with the epoch where it was smallest (default: val_loss)',
          alone: 'val_loss',
        },
        example: "'val_loss'",
      }),
    ),
  validationSplit: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .meta(
      option('The part of the data, between 0 and 1, that is validated by and not trained on.', {
        flag: {
          flag: '--validation-split <x>',
          help: 'part of the data to validate by, as 0.1',
        },
        // A resumed run has its data split as before; the check of the data's values finds another split.
        resumable: true,
        example: '0.1',
      }),
    ),
  /**
   * Trains on black and white: each value x is 1 with probability x, drawn anew at every step
   * (`dynamic`) or once by the seed and the example's index (`static`). Validation is always static.
   */
  binarize: z
    .enum(['dynamic', 'static'])
    .optional()
    .meta(
      option(
        'Trains on black and white, drawn by the values anew at every step (dynamic) or once (static).',
        {
          flag: {
            flag: '--binarize <how>',
            help: 'make pixels black or white: at each step, or once',
          },
          example: "'dynamic'",
        },
      ),
    ),
  augment: augmentSchema.optional().meta(
    option('Random changes of training images, new at every step.', {
      flag: {
        flag: '--augment <changes>',
        help: 'random changes of images: flip=horizontal,shift=2,crop=24x24',
        reads: 'pairs',
        example: 'flip=horizontal,shift=2,crop=24x24',
      },
      example: "{ flip: 'horizontal', shift: 2 }",
    }),
  ),
  /** Intervals at which a checkpoint is taken: so many steps, seconds or epochs, each by itself. */
  checkpoint: z
    .strictObject({
      steps: z.int().min(1).describe('Steps from one to the next.'),
      seconds: z.number().positive().describe('Seconds from one to the next, at the least.'),
      epochs: z.int().min(1).describe('Epochs from one to the next.'),
    })
    .partial()
    .default({ seconds: 60 })
    .meta(
      option('How often training is saved so that it can be resumed.', {
        flag: {
          flag: '--checkpoint-every <interval>',
          help: 'how often training is saved for --resume: 500steps, 60s or 2epochs (default: 60s)',
          reads: 'interval',
        },
        resumable: true,
        example: '{ seconds: 60 }',
      }),
    ),
  /**
   * `stop` keeps the last good state; `skip` leaves the batch out (with `accumulate`, a change whose
   * last batch is skipped); `rollback` goes to the end of the last good epoch (one whose loss is no
   * more than twice the lowest) with half the learning rate, up to ten times.
   */
  onNonFinite: z
    .enum(['stop', 'skip', 'rollback'])
    .default('stop')
    .meta(
      option(
        'When a loss, gradient or parameter is not finite: stop with the last good state, skip the batch, or rollback to the end of the last good epoch with half the learning rate.',
        {
          flag: {
            flag: '--on-non-finite <what>',
            help: 'where a number is not finite: stop with the last good state, skip the batch, or rollback to the end of the last good epoch with half the learning rate',
          },
          resumable: true,
        },
      ),
    ),
};

/** Every setting of `fit`; the `training` of `config.json` has some more. */
export const trainingShape = { ...paceShape, ...fitShape };

/** Settings of `fit` as plain data. */
export const fitSchema = z.strictObject(trainingShape);
