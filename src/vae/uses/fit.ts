import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import type { Dataset } from '../../data/dataset.js';
import { type DataDescription, describeData, namesOf } from '../../data/description.js';
import { matchData } from '../../data/match.js';
import {
  describeNonFinite,
  type EpochMetrics,
  type FitOptions,
  type FitSettings,
  fit,
  fitData,
  fitSettings,
  type NonFinite,
  notify,
  type Stop,
} from '../../training/index.js';
import { requireFit } from '../given.js';
import { nonFiniteAdvice, type Remedy } from '../health/non-finite.js';
import { boundedName, describeRange, rangeOf } from '../health/training-health.js';
import { largeWeights } from '../health/weights.js';
import { callSize, type Present } from '../model/engine.js';
import { readSpread } from '../model/examples.js';
import { requireLabels } from '../model/labels.js';
import type { Tensors } from '../samplers/index.js';

/** The outcome of a training. */
export interface History {
  readonly epochs: readonly EpochMetrics[];
  /** The epoch whose parameters the model now has, with `keepBest`. */
  readonly best?: { readonly epoch: number; readonly metric: string; readonly value: number };
  /** The reason why training ended before its last epoch; absent when it did not. */
  readonly stopped?: Stop;
}

/** A number was not finite; the model holds the last good parameters. */
export class NonFiniteError extends UserError {
  constructor(
    readonly found: NonFinite,
    readonly history: History,
    says: string,
    /** The way out of it. */
    readonly remedy: Remedy,
  ) {
    super(
      `${describeNonFinite(found)} was not finite at step ${found.step}; the parameters before it were kept. ${says}`,
    );
  }
}

/** A number that was not finite as an error, with the way out of it. */
async function nonFiniteError(
  { model, tensors }: Present,
  data: Dataset,
  history: History,
  found: NonFinite,
  settings: FitSettings,
): Promise<NonFiniteError> {
  const { images } = await readSpread(data, model.objective.classes, callSize);
  const { says, remedy } = nonFiniteAdvice({
    found,
    largeWeights: largeWeights(model.specs, tensors),
    values: rangeOf(images),
    bounded: boundedName(model.network.likelihood),
    optimizer: settings.optimizer,
    clips: settings.clipGradients !== undefined,
    epochs: history.epochs.length,
    onNonFinite: settings.onNonFinite,
  });
  return new NonFiniteError(found, history, says, remedy);
}

/** The tensors that training begins with: with facts of the data, where the model asks for such. */
async function beginning({ model, tensors }: Present, data: Dataset): Promise<Tensors> {
  const { fit } = model.network.view;
  if (!fit || isFitted({ model, tensors })) return tensors;
  const statistics = await fit(data);
  const found = Object.entries(statistics).map(([name, values]) => {
    const before = tensors[name]!;
    const Kind = before.constructor as typeof Tensor;
    return [name, new Kind('float32', values, before.dims)] as const;
  });
  return { ...tensors, ...Object.fromEntries(found) };
}

/** Tells whether the facts of training data are known: one of them then differs from its first value. */
function isFitted({ model, tensors }: Pick<Present, 'model' | 'tensors'>): boolean {
  return model.facts.some(({ name, initializer }) => {
    const initial = initializer === 'ones' ? 1 : 0;
    return (tensors[name]!.data as Float32Array).some((value) => value !== initial);
  });
}

/**
 * Trains a model on from its present tensors.
 * @param keep takes the tensors, after each epoch and at the end, and facts of the data
 */
export async function fitModel(
  present: Present,
  given: Dataset,
  options: FitOptions,
  keep: (tensors: Tensors, trainedOn: DataDescription) => void,
): Promise<History> {
  const { model, trainedOn } = present;
  requireFit(given, options);
  const { classes } = model.objective;
  const needsLabels = classes !== undefined;
  const known = trainedOn && { ...trainedOn, table: model.input.columns };
  const data = known ? matchData(known, given, needsLabels).data : given;
  requireLabels(data, classes);
  const held = options.validation && matchData(namesOf(data), options.validation, needsLabels).data;
  if (held) requireLabels(held, classes);
  const { input, seed } = model.config;
  const settings = fitSettings({ ...options, seed });
  const { train, validation } = fitData(input, data, held, settings, seed);
  const described = await describeData(train, validation);
  const kept = (each: Tensors) => keep(each, described);
  const range = describeRange(described.values, boundedName(model.network.likelihood));
  if (range) await notify(settings.callbacks, 'onNote', range);
  const begin = { onStart: () => kept(present.tensors) };
  const result = await fit(
    model.forTraining(train.size),
    model.specs,
    await beginning(present, train),
    train,
    {
      ...settings,
      validation,
      onParameters: kept,
      callbacks: [begin, ...(settings.callbacks ?? [])],
    },
  );
  kept(result.parameters);
  const { best, stopped } = result;
  const history = { epochs: result.epochs, ...(best && { best }), ...(stopped && { stopped }) };
  if (stopped?.reason !== 'non-finite') return history;
  throw await nonFiniteError(present, train, history, stopped, settings);
}
