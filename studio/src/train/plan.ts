import { VAE } from '../../../src/index.js';
import { settingAt, settingsByPath } from '../../../src/vae/config/by-path.js';
import { type ResolvedRun, resolveRun } from '../../../src/vae/config/resolve.js';
import { fromConfig } from '../../../src/vae/index.js';
import type { DataFacts } from '../data/info.js';
import { formFields } from './fields.js';
import { type MoreSettings, networkForDigits, type Plan, type TrainSettings } from './settings.js';

interface LayerConfig {
  readonly type: string;
  readonly units?: number;
  readonly activation?: string;
}

/** A dense layer that is neither a head nor the decoder's last. */
const isHidden = ({ type, activation }: LayerConfig) => type === 'dense' && activation === 'relu';

/** The fewest examples from which a tenth can be kept for validation. */
const fewestToSplit = 10;

/** Data with a part for tests has about so many there for each to train on, as MNIST has. */
const usualTest = 1 / 6;

/** The user's own data has mostly no part that is kept from training. */
const splitOff = (data: string, { size, hasTest }: DataFacts) =>
  data.startsWith('kept:') && !hasTest && size >= fewestToSplit ? 0.1 : undefined;

/** The layers of a run's encoder and decoder. */
const layersOf = ({ model }: ResolvedRun) =>
  model as unknown as Readonly<Record<'encoder' | 'decoder', readonly LayerConfig[]>>;

const isDense = (run: ResolvedRun) => layersOf(run).encoder.every(isHidden);

/** A network with other hidden layers, where all of them are dense; nothing where they are not. */
function networkOf(run: ResolvedRun, hidden: readonly number[] | undefined) {
  if (!hidden || !isDense(run)) return {};
  const { decoder } = layersOf(run);
  const dense = (units: number): LayerConfig => ({ type: 'dense', units, activation: 'relu' });
  // The tiny preset has no hidden layer in its decoder, which others mirror.
  const mirrored = decoder.some(isHidden) || hidden.length !== 1;
  return {
    encoder: hidden.map(dense),
    decoder: [
      ...(mirrored ? hidden.toReversed().map(dense) : []),
      ...decoder.filter((layer) => !isHidden(layer)),
    ],
  };
}

/**
 * The plan of a run by its settings, for data.
 * @throws UserError when the preset cannot take the shape, or a setting is out of its range
 */
export function plan(settings: TrainSettings, known: DataFacts): Plan {
  const isOwnChoice = settings.data === 'mnist' && settings.preset === undefined;
  const {
    data: spec,
    hidden: asked,
    beta: wanted,
    more = {},
    ...values
  } = isOwnChoice ? { ...networkForDigits, ...settings } : settings;
  // Layers that were chosen one by one go over layers of a usual number of units.
  const hidden = more.model?.encoder ? settings.hidden : asked;
  const given = settingsByPath([
    ['model', ofData(more.model)],
    ['training', more.training],
    ['training.data', spec],
    ['training.validationSplit', splitOff(spec, known)],
    ...formFields.map(({ name, path }) => [path, values[name]] as const),
  ]);
  const { table, hasTest: _, classes, ...facts } = known;
  const data = {
    name: spec,
    ...facts,
    ...(table ? { table } : {}),
    // The largest label tells how many classes there are.
    ...(classes ? { labels: [classes - 1] } : {}),
  };
  const base = resolveRun({ given, data, spec, name: 'settings' });
  const { kl, latent } = base.model;
  const beta = kl ? (wanted ?? betaOf(kl, latent)) : wanted;
  const model = {
    ...given.model,
    ...networkOf(base, hidden),
    // The page shows the KL before its weight, and β may change while the model trains.
    ...(beta === undefined
      ? {}
      : { kl: undefined, objective: { type: 'betaVae', ...objectiveOf(more), beta } }),
  };
  const run = resolveRun({ given: { ...given, model }, data, spec, name: 'settings' });
  const vae = new VAE(fromConfig(run.model, 'settings: model'));
  const units = layersOf(run).encoder.map((layer) => layer.units!);
  const found = formFields.map(({ name, path }) => [name, settingAt(run, path)] as const);
  const weight = shownBeta(run);
  const { validationSplit = 0 } = run.training;
  const apart = Math.round(known.size * validationSplit);
  return {
    settings: {
      ...Object.fromEntries(found.filter(([, value]) => value !== undefined)),
      ...(weight === undefined ? {} : { beta: weight }),
      preset: String(run.preset),
      ...(isDense(run) ? { hidden: units } : {}),
    },
    ...(isOwnChoice ? { because: 'MNIST (sharp digits after seconds)' } : {}),
    ...(run.choice ? { because: withoutFlags(run.choice.because) } : {}),
    config: { model: { ...vae.config }, training: run.training },
    trainedOn: known.size - apart,
    validatedOn: known.hasTest ? Math.round(known.size * usualTest) : apart,
    summary: vae.layers(),
  };
}

/** Options of a model, without the ones that follow from the data: the number and names of classes. */
function ofData(model: MoreSettings['model']) {
  if (!model?.objective) return model;
  const { classes: _, classNames: __, ...objective } = model.objective as Record<string, unknown>;
  return { ...model, objective };
}

/** The objective that was chosen among all settings. */
const objectiveOf = ({ model }: MoreSettings) => (ofData(model)?.objective ?? {}) as object;

/** Words without the flags of the command line, which follow an option in brackets. */
const withoutFlags = (text: string) => text.replace(/ \(--[^)]*\)/g, '');

/** β as the form shows it: of a schedule, the number that it ends at. */
function shownBeta({ model }: ResolvedRun): number | undefined {
  const { beta } = (model.objective ?? {}) as { beta?: number | { to?: number } };
  return typeof beta === 'object' ? beta.to : beta;
}

interface Kl {
  readonly weight: number;
  readonly reduction: 'sum' | 'mean';
}

/** β of a weighed KL term: of weight · Σ (μ² + σ² − 1 − log σ²), which is 2 · weight · KL. */
function betaOf({ weight, reduction }: Kl, latent: number): number {
  return (2 * weight) / (reduction === 'mean' ? latent : 1);
}
