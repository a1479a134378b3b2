import { optimizerFromConfig } from '../nn/index.js';
import { formatNumber } from '../report/number.js';
import type { FitOptions } from '../training/index.js';
import type { History } from '../vae/index.js';
import type { FittingOptions } from './fitting.js';

type Config = Readonly<Record<string, unknown>>;

/** The optimizer of a run: that of a preset or config file, with the command line's options over it. */
export function optimizerSettings(options: FittingOptions, base: Config = {}): Config {
  const { optimizer, learningRate, lrSchedule } = options;
  const type = optimizer ?? base.type ?? 'adam';
  const kept: Config = type === (base.type ?? 'adam') ? { ...base, type } : { type };
  if (learningRate === undefined && lrSchedule === undefined) return kept;
  const before = kept.learningRate;
  const initial =
    learningRate ??
    (typeof before === 'number' ? before : (before as Config | undefined)?.initial) ??
    optimizerFromConfig({ type }).learningRate;
  if (lrSchedule) return { ...kept, learningRate: { initial, ...lrSchedule } };
  const scheduled = typeof before === 'object' && before !== null;
  return { ...kept, learningRate: scheduled ? { ...before, initial } : initial };
}

/** The settings of training on the command line, as `config.json` has them; only those given. */
export function fittingSettings(options: FittingOptions): Config {
  const { clipNorm, clipValue, keepBest, accumulate, ema, earlyStopping } = options;
  const { validationSplit, binarize, augment, checkpointEvery, onNonFinite } = options;
  const clipGradients =
    clipNorm === undefined && clipValue === undefined
      ? undefined
      : {
          ...(clipNorm === undefined ? {} : { norm: clipNorm }),
          ...(clipValue === undefined ? {} : { value: clipValue }),
        };
  const settings: Record<keyof FitOptions, unknown> = {
    clipGradients,
    accumulate,
    ema,
    earlyStopping,
    keepBest: keepBest === true ? 'val_loss' : keepBest,
    validationSplit,
    binarize,
    augment,
    checkpoint: checkpointEvery,
    onNonFinite,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** How training ended, in lines for people, where there is something to tell. */
export function describeEnd({ epochs, stopped, best }: History): string[] {
  return [
    ...(stopped?.reason === 'early-stopping'
      ? [`Stopped after epoch ${epochs.length}: ${stopped.metric} improved no more.`]
      : []),
    ...(best
      ? [`Kept epoch ${best.epoch}, the best: ${best.metric} ${formatNumber(best.value)}.`]
      : []),
  ];
}
