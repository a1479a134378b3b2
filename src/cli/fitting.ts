import { type Command, InvalidArgumentError, Option } from 'commander';
import { number, wholeNumber } from './options.js';

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
}

/** `12` as a number, `12x34` as two, `true` and `false` as truth values, other text as it is. */
function parseValue(text: string): unknown {
  const pair = /^(\d+)x(\d+)$/i.exec(text);
  if (pair) return [Number(pair[1]), Number(pair[2])];
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** A parser of `name=value,name=value`. @param first the name of a first value that has none */
function pairs(example: string, first?: string) {
  return (text: string): Config =>
    Object.fromEntries(
      text.split(',').map((part, i) => {
        const [, name, value] = /^([A-Za-z]+)=(.+)$/.exec(part) ?? [];
        if (name !== undefined) return [name, parseValue(value!)];
        if (i === 0 && first !== undefined && part !== '') return [first, parseValue(part)];
        throw new InvalidArgumentError(`'${part}' is not name=value. Write ${example}.`);
      }),
    );
}

/** `cosine` or `step:every=10,factor=0.5`. */
function schedule(text: string): Config {
  const [, type, rest] = /^([^:]+)(?::(.*))?$/.exec(text) ?? [];
  if (type === undefined)
    throw new InvalidArgumentError('Write cosine or step:every=10,factor=0.5.');
  return { type, ...(rest === undefined ? {} : pairs('step:every=10,factor=0.5')(rest)) };
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
      schedule,
    )
    .option('--clip-norm <x>', 'limit for the norm of all gradients together', number(0))
    .option('--clip-value <x>', 'limit for each gradient', number(0))
    .option('--accumulate <n>', 'batches in one change of the parameters', wholeNumber(1))
    .option('--ema <decay>', 'keep a moving average of the parameters, as 0.999', number(0))
    .option(
      '--early-stopping <patience>',
      'end when val_loss has not improved for so many epochs; more: 5,metric=val_kl,minDelta=0.1',
      pairs('5,metric=val_kl,minDelta=0.1', 'patience'),
    )
    .option('--keep-best [metric]', 'end with the epoch where it was smallest (default: val_loss)')
    .option('--validation-split <x>', 'part of the data to validate by, as 0.1', number(0))
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
    );
}
