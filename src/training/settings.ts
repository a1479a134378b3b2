import type { Tensor } from 'onnxruntime-common';
import type { z } from 'zod';
import { UserError } from '../base/errors.js';
import { describeOptions, valueKind } from '../base/settings/option.js';
import { validate } from '../base/settings/validate.js';
import { advice } from '../base/suggest.js';
import type { Dataset } from '../data/dataset.js';
import { type Optimizer, optimizerFromConfig } from '../nn/index.js';
import type { Ranks } from '../runtime/ranks/ranks.js';
import type { PlayerSettings } from '../step/index.js';
import type { Callback } from './callbacks.js';
import type { Checkpoint } from './checkpoint.js';
import type { Controls } from './controls.js';
import type { EpochMetrics } from './evaluate.js';
import { fitSchema, paceShape, trainingShape } from './fit-options.js';
import type { NonFinite } from './non-finite.js';

/** Settings that code gives as objects, in the place of plain data. */
type Built = 'optimizer' | 'players';

/** Settings of a training that are no plain data. */
interface FitObjects {
  /** Optimizers of the objective's other players, in the place of the objective's choices. */
  readonly players?: PlayerSettings | undefined;
  /** Data that is evaluated after each epoch. */
  readonly validation?: Dataset | undefined;
  readonly callbacks?: readonly Callback[] | undefined;
  /** Ends training after the steps under way; the model keeps its parameters as trained so far. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Goes on from a checkpoint that `onCheckpoint` gave, in the place of the model's parameters: the
   * result is byte for byte the result of an unbroken run. Settings that decide its numbers must be as
   * in that run.
   */
  readonly resume?: Checkpoint | undefined;
  /** Learning rate and numbers of the objective (`vae.schedules`) that may change at any moment. */
  readonly controls?: Controls | undefined;
  /**
   * Processes that train the model together, of which this is one: each computes its share of every
   * batch. All give the same data and settings; only the first one's callbacks are called.
   */
  readonly ranks?: Ranks | undefined;
}

/**
 * Options for training a model: the settings of `training` in a config file, with an optimizer in the
 * place of its description, and objects that no file can hold.
 */
export interface FitOptions extends Omit<z.input<typeof fitSchema>, Built>, FitObjects {
  /** Rule by which gradients change the parameters; `adam()` when left out. */
  readonly optimizer?: Optimizer | undefined;
}

/** The same, checked and with all defaults, beside all that the model brings. */
export interface FitSettings extends Omit<z.output<typeof fitSchema>, Built>, FitObjects {
  readonly optimizer: Optimizer;
  /** Decides order and noise. */
  readonly seed: number;
  /**
   * Is given the model's tensors by name, as each epoch leaves them, before `onEpochEnd` is told; where
   * no callback hears of epochs, once a second at most.
   */
  readonly onParameters?: ((parameters: Record<string, Tensor>) => void) | undefined;
}

/** The reason why training ended before its last epoch. */
export type Stop =
  | { readonly reason: 'aborted' }
  /** The metric that had not improved for long enough. */
  | { readonly reason: 'early-stopping'; readonly metric: string }
  /** The number that was not finite, and where. */
  | ({ readonly reason: 'non-finite' } & NonFinite);

/** The outcome of a training. */
export interface FitResult {
  readonly epochs: readonly EpochMetrics[];
  /**
   * Tensors of the best epoch where one was to be kept, else the tensors after the last step with only
   * finite numbers; with `ema` their average.
   */
  readonly parameters: Record<string, Tensor>;
  /** The epoch whose parameters were kept. */
  readonly best?: { readonly epoch: number; readonly metric: string; readonly value: number };
  readonly stopped?: Stop;
}

/** Options, and the settings that a model brings to its training. */
export type ModelFitOptions = FitOptions & Pick<FitSettings, 'seed' | 'onParameters'>;

/** Refuses a wrong option in a sentence, where its values are few words. @throws UserError */
function requireValue(name: string, schema: z.ZodType, value: unknown): void {
  if (value === undefined || schema.safeParse(value).success) return;
  const kind = valueKind(schema);
  if (kind.type === 'choice') {
    throw new UserError(`${name} must be ${kind.choices.join(' or ')}, not ${String(value)}.`);
  }
  if (kind.type !== 'whole') return;
  const end = kind.most === undefined ? '' : ` to ${kind.most}`;
  throw new UserError(
    `${name} must be a whole number from ${kind.least}${end}, not ${String(value)}.`,
  );
}

/** The options, checked and with defaults. @throws UserError that names a wrong one */
export function fitSettings(options: ModelFitOptions): FitSettings {
  const { players, validation, signal, resume, controls, ranks, seed, onParameters } = options;
  const callbacks = ranks && ranks.rank > 0 ? undefined : options.callbacks;
  const { optimizer, players: _, ...others } = options;
  const plain: Readonly<Record<string, unknown>> = others;
  for (const [name, schema] of Object.entries(paceShape)) requireValue(name, schema, plain[name]);
  const names = Object.keys(trainingShape).filter((name) => plain[name] !== undefined);
  const given = Object.fromEntries(names.map((name) => [name, plain[name]]));
  const { optimizer: usual, players: __, ...settings } = validate(fitSchema, given, 'fit');
  return {
    ...settings,
    optimizer: optimizer ?? optimizerFromConfig(usual),
    ...{ players, validation, callbacks, signal, resume, controls, ranks, seed, onParameters },
  };
}

/**
 * The settings that decide a training's numbers, as plain data: all but the settings that may differ
 * in a resumed run.
 */
export function decidingSettings(settings: FitSettings): Readonly<Record<string, unknown>> {
  const described = ({ type, options }: Optimizer) => ({ ...options, type });
  const others = Object.entries(settings.players ?? {}).flatMap(([name, { optimizer }]) =>
    optimizer ? [[name, described(optimizer)] as const] : [],
  );
  const plain: Readonly<Record<string, unknown>> = {
    ...settings,
    optimizer: described(settings.optimizer),
    players: others.length > 0 ? Object.fromEntries(others) : undefined,
  };
  const deciding = describeOptions(trainingShape).filter(
    ({ path, resumable }) => !resumable && plain[path] !== undefined,
  );
  return Object.fromEntries(deciding.map(({ path }) => [path, plain[path]]));
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
