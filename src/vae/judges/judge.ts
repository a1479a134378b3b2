import { UserError } from '../../base/errors.js';
import { quote } from '../../base/excerpt.js';
import { subset } from '../../data/changes/split.js';
import { placesOfSpread } from '../../data/changes/spread.js';
import type { Dataset } from '../../data/dataset.js';
import type { VAE } from '../vae.js';
import { type FeatureModel, Judged } from './judged.js';
import * as all from './measures/all.js';
import type { Measure } from './measures/measure.js';
import { type Figure, type Figures, type MeasureName, measureNames } from './measures/names.js';

/** Options for judging a model. */
export interface JudgeOptions {
  /** The measures that are taken; all that model and data have when left out. */
  readonly metrics?: readonly string[];
  /** Examples that are judged, spread over the data; 1000 when left out, or all there are. */
  readonly count?: number;
  /** Draws of the posterior by which log p(x) is estimated; 100 when left out. */
  readonly samples?: number;
  /**
   * Temperatures by which log p(x) is also estimated by annealed importance sampling, 200 decodings of an example and their
   * gradients each; none when left out.
   */
  readonly temperatures?: number;
  /** Votes of the FactorVAE and the β-VAE score; 10,000 to learn from and 5000 to be tested by when left out. */
  readonly votes?: { readonly train: number; readonly test: number };
  /** Decides all draws; the model's seed when left out. */
  readonly seed?: number;
  /** Gives the features by which drawn examples are compared with real ones; `raw` and `encoder` ones when left out. */
  readonly features?: FeatureModel;
  /** Is told of each measure before it is taken. */
  readonly onMeasure?: (name: MeasureName, place: number, count: number) => void;
  readonly signal?: AbortSignal;
}

/** A model judged by data. */
export interface Judgement {
  /** Examples that were judged; as many were drawn. */
  readonly examples: number;
  /** Draws of the posterior by which log p(x) was estimated. */
  readonly samples: number;
  readonly seed: number;
  /** The model of features, and how examples were brought into its form. */
  readonly features?: string;
  /**
   * Numbers by measure. Measures of drawn examples have a name for each kind of features: `frechet/raw` by the values
   * as they are (where there are no more than 1024), `frechet/encoder` by the means that the model's own encoder gives,
   * and in the place of both `frechet/inception.onnx` by a model of that name. Only Inception's features give the FID.
   */
  readonly figures: Figures;
}

const measures: Readonly<Record<MeasureName, Measure>> = all;

/** The measures of these names, in their usual order. @throws UserError when one is unknown */
function wanted(metrics: readonly string[] | undefined): readonly MeasureName[] {
  for (const name of metrics ?? []) {
    if ((measureNames as readonly string[]).includes(name)) continue;
    throw new UserError(
      `metrics: unknown measure ${quote(name)}. Known: ${measureNames.join(', ')}.`,
    );
  }
  return metrics ? measureNames.filter((name) => metrics.includes(name)) : measureNames;
}

/** The measures that suit model and data. @throws UserError when one that was asked for does not */
function fitting(
  names: readonly MeasureName[],
  judged: Judged,
  areAsked: boolean,
): readonly MeasureName[] {
  return names.filter((name) => {
    const reason = measures[name].lacks(judged);
    if (reason && areAsked) {
      throw new UserError(`metrics: ${name} cannot be measured: ${reason}. Leave it out.`);
    }
    return !reason;
  });
}

const isFigure = (found: Figure | Readonly<Record<string, Figure>>): found is Figure =>
  typeof found.value === 'number';

/** The fewest examples that are judged: five neighbours of each. */
const fewestJudged = 6;

/**
 * Judges a model by data: its likelihood, its latents, its reconstructions, and the examples that it draws; how far latents
 * tell classes and factors, where the data has such. Rows of a table that are drawn are judged by `measureQuality`.
 * @param data that the model was not trained on
 * @throws UserError when data does not fit the model, there are fewer than six examples, a measure is unknown, or
 *   one was asked for that model or data lack
 */
export async function judge(
  vae: VAE,
  data: Dataset,
  options: JudgeOptions = {},
): Promise<Judgement> {
  const { count = 1000, samples = 100, seed = vae.config.seed, signal } = options;
  const { metrics, onMeasure, temperatures = 0, votes, features } = options;
  if (Math.min(count, data.size) < fewestJudged) {
    throw new UserError(
      `${data.name}: ${Math.min(count, data.size)} examples are too few to judge by. Give ${fewestJudged} or more.`,
    );
  }
  const chosen = subset(data, placesOfSpread(data, count));
  const judged = new Judged(vae, chosen, { samples, temperatures, seed, votes, features, signal });
  const names = fitting(wanted(metrics), judged, metrics !== undefined);
  const described = features && (features.describe?.(vae.input) ?? features.name);
  const figures: Record<string, Figure> = {};
  for (const [place, name] of names.entries()) {
    signal?.throwIfAborted();
    onMeasure?.(name, place, names.length);
    const found = await measures[name].take(judged);
    if (isFigure(found)) figures[name] = found;
    else {
      for (const [kind, figure] of Object.entries(found)) figures[`${name}/${kind}`] = figure;
    }
  }
  return {
    examples: chosen.size,
    samples,
    seed,
    ...(described !== undefined && { features: described }),
    figures,
  };
}
