import { type Command, InvalidArgumentError, Option } from 'commander';
import { named, number, pairs, wholeNumber } from './options.js';

type Config = Readonly<Record<string, unknown>>;

/** Options that say how training goes, as commander gives them. */
export interface FittingOptions {
  optimizer?: string;
  learningRate?: number;
  lrSchedule?: Config;
  clipNorm?: number;
  clipValue?: number;
  accumulate?: number;
  ema?: number;
  earlyStopping?: Config;
  keepBest?: string | true;
  validationSplit?: number;
  binarize?: 'dynamic' | 'static';
  augment?: Config;
  checkpointEvery?: Config;
  onNonFinite?: 'stop' | 'skip' | 'rollback';
}

/** `500steps`, `60s`, `2epochs`, or several: how often a checkpoint is taken. */
function interval(text: string): Config {
  const units: Config = { s: 'seconds', step: 'steps', epoch: 'epochs' };
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [, number, unit] = /^(\d+(?:\.\d+)?) ?(s|step|epoch)s?$/.exec(part.trim()) ?? [];
      if (unit === undefined || !(Number(number) > 0)) {
        throw new InvalidArgumentError('Write 500steps, 60s or 2epochs.');
      }
      return [units[unit], Number(number)];
    }),
  );
}

/** Adds the options that say how training goes. */
export function withFitting(command: Command): Command {
  return command
    .option('--optimizer <name>', 'adam, adamW, sgd, rmsprop, adamax or lion')
    .option(
      '--learning-rate <x>',
      "the optimizer's learning rate, or a schedule's first",
      number(0),
    )
    .option(
      '--lr-schedule <schedule>',
      'cosine, step:every=10,factor=0.5, exponential:factor=0.95, onPlateau:patience=5 or constant; each may add warmup=<epochs>',
      named('step:every=10,factor=0.5'),
    )
    .option('--clip-norm <x>', 'limit for the norm of all gradients together', number(0))
    .option('--clip-value <x>', 'limit for each gradient', number(0))
    .option('--accumulate <n>', 'batches in one change of the parameters', wholeNumber(1))
    .option('--ema <decay>', 'keep a moving average of the parameters, as 0.999', number(0, 1))
    .option(
      '--early-stopping <patience>',
      'end when val_loss has not improved for so many epochs; more: 5,metric=val_kl,minDelta=0.1',
      pairs('5,metric=val_kl,minDelta=0.1', 'patience'),
    )
    .option('--keep-best [metric]', 'end with the epoch where it was smallest (default: val_loss)')
    .option('--validation-split <x>', 'part of the data to validate by, as 0.1', number(0, 1))
    .addOption(
      new Option('--binarize <how>', 'make pixels black or white: at each step, or once').choices([
        'dynamic',
        'static',
      ]),
    )
    .option(
      '--augment <changes>',
      'random changes of images: flip=horizontal,shift=2,crop=24x24',
      pairs('flip=horizontal,shift=2,crop=24x24'),
    )
    .option(
      '--checkpoint-every <interval>',
      'how often training is saved for --resume: 500steps, 60s or 2epochs (default: 60s)',
      interval,
    )
    .addOption(
      new Option(
        '--on-non-finite <what>',
        'where a number is not finite: stop with the last good state, skip the batch, or rollback to the end of the last good epoch with half the learning rate',
      ).choices(['stop', 'skip', 'rollback']),
    );
}
