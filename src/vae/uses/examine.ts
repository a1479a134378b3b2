import { type Dataset, exampleBytes } from '../../data/dataset.js';
import type { EpochMetrics } from '../../training/index.js';
import { type Health, healthOf, observedHealth } from '../health/health.js';
import { trainingHealth } from '../health/training-health.js';
import { checkData } from '../model/checks.js';
import { callSize, type Present } from '../model/engine.js';
import { type Examples, readSpread } from '../model/examples.js';
import { requireLabels } from '../model/labels.js';

/** Examples that health is judged by: fewer where they are larger. */
const healthExamples = 2000;
const healthBytes = 2 ** 28;

export interface HealthOptions {
  /**
   * The epochs of the model's training from its first parameters on: with any, signs of a wrong
   * learning rate, initialization or scale of the data are looked for.
   */
  readonly history?: readonly EpochMetrics[];
  /** Ends it; its reason is then thrown. */
  readonly signal?: AbortSignal;
}

export async function examine(
  { engine, model, tensors }: Present,
  data: Dataset,
  { history = [], signal }: HealthOptions,
): Promise<Health> {
  const { config, network, objective, specs } = model;
  checkData(data, config.input);
  requireLabels(data, objective.classes);
  const fitting = Math.floor(healthBytes / exampleBytes(data));
  const most = Math.max(1, Math.min(healthExamples, fitting));
  const examples = await readSpread(data, objective.classes, most);
  const observed = (seen: Examples, values = tensors) =>
    engine.mapExamples(
      values,
      'health',
      seen,
      (batch, scope) => observedHealth(network, batch, scope),
      { signal },
    );
  const found = await observed(examples);
  const health = healthOf(found, objective.bottleneck, examples.images.dims[0]!);
  if (history.length === 0) return health;
  const facts = model.facts.map(({ name }) => [name, tensors[name]!] as const);
  const initial = { ...model.initialTensors(), ...Object.fromEntries(facts) };
  const few = await readSpread(data, objective.classes, Math.min(callSize, most));
  const [now, before] = [await observed(few), await observed(few, initial)];
  const isSteady = Object.values(objective.schedules).every((each) => typeof each === 'number');
  const training = trainingHealth({
    ...{ specs, initial, network, history, isSteady },
    values: tensors,
    images: examples.images,
    errors: { trained: now.error!, untrained: before.error! },
  });
  return { ...health, training };
}
