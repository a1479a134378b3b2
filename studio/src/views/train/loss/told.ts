import { type Entry, entryOf } from '../../../ui/terms.js';
import { entries } from './entries.js';

/** A term of a loss with its present numbers. */
export interface LossPart {
  readonly entry: Entry;
  /** The factor before it, if there is one. */
  readonly weight?: { readonly entry: Entry; readonly value: number };
  readonly value: number;
  /** The part of the loss that it makes up: weight times value. */
  readonly share: number;
  /** A custom property that is its colour. */
  readonly colour: string;
}

/** A loss as the sum of its terms. */
export interface ToldLoss {
  readonly loss: number;
  readonly parts: readonly LossPart[];
}

/** A term as an objective has it. */
interface Term {
  readonly entry: Entry;
  /** The metric that is its value; left out, its value is its share over its weight. */
  readonly metric?: string;
  readonly weight?: { readonly entry: Entry; readonly value: number | undefined };
}

/** A number of the objective that is in force, such as `beta`; undefined where it is not known. */
type InForce = (name: string) => number | undefined;

const kl: Term = { entry: entryOf('kl'), metric: 'kl' };

/** The terms of a bound by several draws, which is no sum: the gain is taken off. */
const ofDraws = (): readonly Term[] => [{ entry: entries.klFromDraws }, kl];

/** The KL with β before it. */
const weighedKl = (of: InForce): readonly Term[] => [
  { ...kl, weight: { entry: entries.beta, value: of('beta') } },
];

/** The KL with β before it; of several draws less their gain. */
const ofBound = (of: InForce): readonly Term[] => {
  const weighed = { ...kl, weight: { entry: entries.beta, value: of('beta') } };
  return (of('samples') ?? 1) > 1 ? [{ entry: entries.klFromDraws }, weighed] : [weighed];
};

/** The commitment of the encoder's output to its codes, with β before it. */
const ofCodes = (of: InForce): readonly Term[] => [
  {
    ...{ entry: entries.commitment, metric: 'commitment' },
    weight: { entry: entries.commitmentWeight, value: of('beta') },
  },
];

/** The KL of all groups with β before it; with free nats, another number tells its cost. */
const ofGroups = (of: InForce): readonly Term[] => {
  const weight = { entry: entries.beta, value: of('beta') };
  return (of('lambda') ?? 0) > 0 ? [{ entry: entries.freeKl, weight }] : [{ ...kl, weight }];
};

/** True where a loss weighs several draws by how well they explain an example. */
export const weighsDraws = ({ parts }: ToldLoss): boolean =>
  parts.some(({ entry }) => entry === entries.klFromDraws);

/** The sum of numbers less others; undefined when one is not known. */
function sum(
  added: readonly (number | undefined)[],
  taken: readonly (number | undefined)[],
): number | undefined {
  const total = (numbers: readonly (number | undefined)[]) =>
    numbers.reduce<number>((all, one) => all + (one ?? Number.NaN), 0);
  const value = total(added) - total(taken);
  return Number.isNaN(value) ? undefined : value;
}

/**
 * The terms beside the reconstruction, by objective. The first is told by the rest of the loss, as the
 * sum is known to the last bit and a weight may have changed within the mean.
 */
const objectives: Readonly<Record<string, (inForce: InForce) => readonly Term[]>> = {
  autoencoder: () => [],
  vae: () => [{ ...kl, weight: { entry: entries.beta, value: undefined } }],
  autoencoderKl: weighedKl,
  betaVae: weighedKl,
  betaTcVae: (of) => [
    {
      ...{ entry: entries.correlation, metric: 'correlation' },
      weight: { entry: entries.correlationWeight, value: of('beta') },
    },
    {
      ...{ entry: entries.information, metric: 'information' },
      weight: { entry: entries.alpha, value: of('alpha') },
    },
    {
      ...{ entry: entries.dimensionKl, metric: 'dimensionKl' },
      weight: { entry: entries.gamma, value: of('gamma') },
    },
  ],
  capacity: (of) => [
    { entry: entries.distance, weight: { entry: entries.gamma, value: of('gamma') } },
  ],
  freeBits: () => [{ entry: entries.freeKl }],
  infoVae: (of) => [
    { ...kl, weight: { entry: entries.oneLessAlpha, value: sum([1], [of('alpha')]) } },
    {
      ...{ entry: entries.mmd, metric: 'mmd' },
      weight: {
        entry: entries.discrepancyWeight,
        value: sum([of('alpha'), of('lambda')], [1]),
      },
    },
  ],
  adversarialAutoencoder: (of) => [
    {
      ...{ entry: entries.misled, metric: 'misled' },
      weight: { entry: entries.lambda, value: of('lambda') },
    },
  ],
  ciwae: ofDraws,
  dipVae: () => [kl, { entry: entries.covariance, metric: 'covariance' }],
  factorVae: (of) => [
    kl,
    {
      ...{ entry: entries.correlation, metric: 'correlation' },
      weight: { entry: entries.gamma, value: of('gamma') },
    },
  ],
  hamiltonian: ofBound,
  hierarchical: ofGroups,
  inverseAutoregressiveFlow: ofBound,
  hyperspherical: ofBound,
  iwae: ofDraws,
  miwae: ofDraws,
  normalizingFlow: ofBound,
  piwae: ofDraws,
  poincare: ofBound,
  riemannianHamiltonian: ofBound,
  rae: (of) => [
    { entry: entries.smoothness, weight: { entry: entries.lambda, value: of('lambda') } },
    {
      ...{ entry: entries.size, metric: 'size' },
      weight: { entry: entries.sizeWeight, value: of('beta') },
    },
  ],
  residualVq: ofCodes,
  vaeGan: () => [kl],
  vampPrior: ofBound,
  vqVae: ofCodes,
  waeMmd: (of) => [
    {
      ...{ entry: entries.mmd, metric: 'mmd' },
      weight: { entry: entries.lambda, value: of('lambda') },
    },
  ],
};

/** The metrics that are terms of an objective beside the reconstruction, with their names. */
export function metricTerms(type: string): readonly { metric: string; entry: Entry }[] {
  const terms = objectives[type]?.(() => undefined) ?? [];
  const named = terms.flatMap(({ metric, entry }) => (metric ? [{ metric, entry }] : []));
  // The parts of the KL stand beside the whole; others have it without it being a term.
  return named.some(({ metric }) => metric === 'kl')
    ? named
    : [{ metric: 'kl', entry: entryOf('kl') }, ...named];
}

const colours = ['--series-4', '--series-2', '--series-1'];

interface ObjectiveConfig {
  readonly type: string;
  readonly objective?: ObjectiveConfig;
  readonly [option: string]: unknown;
}

/** The objective of a model, as `config.json` has it; of one that shows labels, the one inside. */
export function objectiveOf(model: unknown): ObjectiveConfig {
  const { objective } = (model ?? {}) as { objective?: ObjectiveConfig };
  const found = objective ?? { type: 'vae' };
  return found.type === 'conditional' ? (found.objective ?? { type: 'vae' }) : found;
}

/**
 * A loss taken apart into its terms.
 * @param metrics means over the same examples
 * @param inForce the objective's numbers
 * @param prefix of the metrics' names: `val_` for validation
 * @returns undefined where there is no finite loss
 */
export function toldLoss(
  { type }: ObjectiveConfig,
  metrics: Readonly<Record<string, number>>,
  inForce: InForce,
  prefix: '' | 'val_' = '',
): ToldLoss | undefined {
  const of = (name: string) => metrics[`${prefix}${name}`];
  const [loss, reconstruction] = [of('loss'), of('reconstruction')];
  if (loss === undefined || reconstruction === undefined || !Number.isFinite(loss)) return;
  const first: LossPart = {
    entry: entryOf('reconstruction'),
    value: reconstruction,
    share: reconstruction,
    colour: '--series-3',
  };
  const known = objectives[type]?.(inForce) ?? [{ entry: entries.others }];
  const [main, ...more] = known;
  if (!main) return { loss, parts: [first] };
  const rest = more.map((term, i) => partOf(term, of, colours[i + 1]!));
  const others = rest.reduce((total, { share }) => total + share, reconstruction);
  return { loss, parts: [first, partOf(main, of, colours[0]!, loss - others), ...rest] };
}

/** @param share known from the loss; else its weight times its value */
function partOf(
  { entry, metric, weight }: Term,
  of: (metric: string) => number | undefined,
  colour: string,
  share?: number,
): LossPart {
  const given = metric === undefined ? undefined : of(metric);
  const factor = factorOf(weight?.value, share, given);
  const value = given ?? (share ?? 0) / (factor || 1);
  return {
    entry,
    value,
    share: share ?? factor * value,
    colour,
    ...(weight ? { weight: { entry: weight.entry, value: factor } } : {}),
  };
}

/** A weight that changed within the mean is told as the numbers have it, so that they add up. */
const mostOff = 0.02;

function factorOf(known: number | undefined, share: number | undefined, value: number | undefined) {
  if (share === undefined || !value) return known ?? 1;
  const isOff = known === undefined || Math.abs(known * value - share) > mostOff * Math.abs(share);
  // A share near 0 is all rounding.
  return isOff && Math.abs(share) > leastShare ? share / value : (known ?? share / value);
}

const leastShare = 1e-3;
