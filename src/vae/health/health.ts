import type { Tensor } from 'onnxruntime-common';
import { listed } from '../../base/excerpt.js';
import {
  abs,
  cast,
  greater,
  max,
  mean,
  sub,
  sum,
  type Value,
  type Values,
} from '../../graph/index.js';
import { activationOf, type LayerObserver, type Scope } from '../../nn/index.js';
import type { Batch } from '../../step/index.js';
import type { Bottleneck } from '../bottlenecks/index.js';
import type { Network } from '../model/network.js';
import { klDivergence, type Posterior } from '../posterior.js';
import { collapsedNats } from './collapse.js';
import {
  describeCourse,
  describeMistakes,
  describeScale,
  fewestSteps,
  meanOf,
  type TrainingHealth,
} from './training-health.js';

/** A unit, latent or code that serves fewer of the examples than this part is taken for unused. */
const servedShare = 0.01;

/** Number of examples among which a part that serves that share is missed with a probability of 5 % at most. */
const fewestExamples = Math.ceil(Math.log(0.05) / Math.log(1 - servedShare));

/** Number of draws a code by which a code with an equal share is missed with a probability of 5 % at most. */
const fewestDraws = 3;

/** Units of a layer that do nothing. */
export interface DeadUnits {
  readonly layer: string;
  readonly units: readonly number[];
  /** Number of units of the layer. */
  readonly of: number;
}

/** A layer with more units than this can spare some. */
const narrowLayer = 16;

/** A saturated layer has more than this part of its outputs at their bounds. */
const saturatedShare = 0.9;

/** A layer whose outputs are nearly all at the bounds of its activation, where gradients vanish. */
export interface SaturatedLayer {
  readonly layer: string;
  readonly activation: string;
  /** The part of its outputs that is within 1 % of a bound. */
  readonly share: number;
}

/** The units, latents and codes that a trained model does not use, and how its training went. */
export interface Health {
  /** Hidden ReLU units that were active on none of the examples. */
  readonly deadUnits: readonly DeadUnits[];
  /** Hidden layers of tanh or sigmoid with more than nine tenths of their outputs at the bounds. */
  readonly saturatedLayers: readonly SaturatedLayer[];
  /** Latents whose KL divergence from the prior is under 0.01 nats. */
  readonly collapsedLatents: readonly number[];
  /** KL divergence of each latent in nats, the mean over the examples; none without a posterior. */
  readonly klPerLatent: readonly number[];
  /** Codes that none of the examples used, for models with a codebook; of several codebooks, one after another. */
  readonly unusedCodes?: readonly number[];
  /** Number of codes, and number of times that one was chosen for the examples. */
  readonly codes?: number;
  readonly codeDraws?: number;
  /** Number of examples looked at. */
  readonly examples: number;
  /** Health of the training, where the history was given. */
  readonly training?: TrainingHealth;
}

/** The middle of an activation's outputs, and how far they are from it at most. */
const bounds: Readonly<Record<string, readonly [middle: number, most: number]>> = {
  tanh: [0, 1],
  sigmoid: [0.5, 0.5],
};

/** Names of the observed outputs of layers, before the layers' paths. */
const largest = 'largest';
const atBounds = 'at bounds';

/** KL divergence of each latent in nats, of latents with positions the sum over them: [batch, latent]. */
function channelKl(posterior: Posterior): Value {
  const kl = klDivergence(posterior);
  const positions = kl.shape.map((_, axis) => axis).slice(2);
  return positions.length === 0 ? kl : sum(kl, { axes: positions });
}

/**
 * The outputs that health is judged by: `largest/…`, the largest output of each unit or channel of layers that
 * can die, [batch, units]; `at bounds/…`, the part of outputs at the bounds of layers that can
 * saturate, [batch]; `error`, −log p(x | z) at the posterior's mean, [batch]; where there are any,
 * `kl` in nats, [batch, latent], and `codes`, int64 [batch, ...].
 */
export function observedHealth(network: Network, batch: Batch, scope: Scope): Values {
  const { bottleneck } = network.objective;
  const observed: Record<string, Value> = {};
  const observe: LayerObserver = (path, layer, output) => {
    const axes = output.shape.map((_, axis) => axis);
    const activation = activationOf(layer);
    if (activation === 'relu')
      observed[`${largest}/${path}`] = max(output, { axes: axes.slice(2) });
    const [middle, most] = bounds[activation ?? ''] ?? [];
    // Values of examples may well be at the bounds.
    if (middle === undefined || most === undefined || path === network.lastLayer?.path) return;
    const near = greater(abs(sub(output, middle)), 0.98 * most);
    observed[`${atBounds}/${activation}/${path}`] = mean(cast(near, output.dtype), {
      axes: axes.slice(1),
    });
  };
  const encoding = network.encode(batch, scope, observe);
  const z = bottleneck.point(encoding);
  const output = network.decode({ z, labels: batch.labels }, scope, observe);
  const { codes } = bottleneck.outputs(encoding);
  return {
    ...observed,
    error: network.nats(batch, output, scope),
    ...(bottleneck.kl && bottleneck.posterior
      ? { kl: channelKl(bottleneck.posterior(encoding)) }
      : {}),
    ...(codes ? { codes } : {}),
  };
}

function columns(tensor: Tensor): { count: number; values: Float32Array; rows: number } {
  const [rows = 0, count = 0] = tensor.dims;
  return { count, values: tensor.data as Float32Array, rows };
}

/** Entries whose names begin with `<prefix>/`, without it. */
function under<T>(prefix: string, entries: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(entries)
      .filter(([name]) => name.startsWith(`${prefix}/`))
      .map(([name, value]) => [name.slice(prefix.length + 1), value]),
  );
}

/**
 * @param observed as `observedHealth` gives it
 * @param bottleneck says how many codes it has, where it has some
 * @param examples how many were looked at
 */
export function healthOf(
  observed: Readonly<Record<string, Tensor>>,
  { codes: size, codebooks = 1 }: Pick<Bottleneck, 'codes' | 'codebooks'>,
  examples: number,
): Health {
  const deadUnits = Object.entries(under(largest, observed)).flatMap(([layer, tensor]) => {
    const { count, values } = columns(tensor);
    const alive = new Set<number>();
    values.forEach((value, i) => {
      if (value > 0) alive.add(i % count);
    });
    const units = Array.from({ length: count }, (_, unit) => unit).filter((u) => !alive.has(u));
    return units.length > 0 ? [{ layer, units, of: count }] : [];
  });
  const saturatedLayers = Object.entries(under(atBounds, observed)).flatMap(([name, tensor]) => {
    const [activation = '', layer = ''] = name.split('/');
    const share = meanOf(tensor);
    return share > saturatedShare ? [{ layer, activation, share }] : [];
  });
  const { kl, codes } = observed;
  const klPerLatent = kl ? meanOfColumns(kl) : [];
  const collapsedLatents = klPerLatent.flatMap((nats, latent) =>
    nats < collapsedNats ? [latent] : [],
  );
  const all = (size ?? 0) * codebooks;
  const used = codes ? usedCodes(codes, size ?? 0, codebooks) : new Set();
  const unused = Array.from({ length: all }, (_, code) => code).filter((code) => !used.has(code));
  return {
    deadUnits,
    saturatedLayers,
    collapsedLatents,
    klPerLatent,
    ...(codes && size !== undefined
      ? { unusedCodes: unused, codes: all, codeDraws: codes.size }
      : {}),
    examples,
  };
}

/** The codes [N, ...positions], or [N, codebooks, ...positions], that are used, numbered through all codebooks. */
function usedCodes({ data, dims }: Tensor, size: number, codebooks: number): Set<number> {
  const positions = data.length / (dims[0]! * codebooks);
  return new Set(
    Array.from(
      data as BigInt64Array,
      (code, i) => Number(code) + size * (Math.floor(i / positions) % codebooks),
    ),
  );
}

function meanOfColumns(tensor: Tensor): number[] {
  const { count, values, rows } = columns(tensor);
  const means = new Array<number>(count).fill(0);
  values.forEach((value, i) => {
    means[i % count]! += value / rows;
  });
  return means;
}

/** A wide layer is told of when more than this part of its units is dead: it has some to spare. */
const deadShare = 0.5;

/** Notes of one training: more would hide the most important. */
const mostNotes = 3;

/** `3 of 8 units of encoder.0 are dead (no output on any of 2000 examples)` */
function describeDead(dead: readonly DeadUnits[], examples: number): string {
  const worst = [...dead].sort((a, b) => b.units.length / b.of - a.units.length / a.of);
  const layers = worst.map(({ layer, units, of }) => `${units.length} of ${of} units of ${layer}`);
  const verb = dead.length === 1 && dead[0]!.units.length === 1 ? 'is' : 'are';
  return `${listed(layers)} ${verb} dead (no output on any of ${examples} examples)`;
}

const lessRate = 'A smaller learning rate lets fewer of them die.';

function describeNarrow(dead: readonly DeadUnits[], examples: number): string[] {
  if (dead.length === 0) return [];
  const most = dead.some(({ units, of }) => 2 * units.length > of) ? ` ${lessRate}` : '';
  return [
    `${describeDead(dead, examples)}, which leaves the loss higher than it need be: train again with another seed, or use the activation leakyRelu.${most}`,
  ];
}

function describeWide(dead: readonly DeadUnits[], examples: number): string[] {
  if (dead.length === 0) return [];
  return [
    `${describeDead(dead, examples)}, and so do nothing: use fewer units, or the activation leakyRelu. ${lessRate}`,
  ];
}

function describeSaturated(layers: readonly SaturatedLayer[]): string[] {
  const [first] = [...layers].sort((a, b) => b.share - a.share);
  if (!first) return [];
  const verb = layers.length === 1 ? 'is' : 'are';
  const names = listed(layers.map(({ layer }) => layer));
  return [
    `${names} ${verb} saturated: ${Math.floor(100 * first.share)} % of the outputs of ${first.layer} are at the bounds of ${first.activation}, where gradients vanish. Use a smaller learning rate, smaller initial weights or the activation relu, and give values in [0, 1].`,
  ];
}

function describeCollapse({ collapsedLatents, klPerLatent }: Health): string[] {
  const count = collapsedLatents.length;
  if (count === 0) return [];
  if (count > 1 && count === klPerLatent.length) {
    return [
      `All ${count} latents collapsed (KL under ${collapsedNats} nats): the decoder gives the same for every example. Warm the KL weight up from 0 (a linear schedule), lower it, or use the objective freeBits.`,
    ];
  }
  const [subject, verb] = count === 1 ? ['latent', 'is'] : ['latents', 'are'];
  return [
    `${count} of ${klPerLatent.length} latents collapsed (KL under ${collapsedNats} nats): ${subject} ${listed(collapsedLatents)} ${verb} not used. Lower the KL weight, or use fewer latents.`,
  ];
}

function describeCodes({ unusedCodes = [], codeDraws = 0, codes = 0, examples }: Health): string[] {
  if (unusedCodes.length === 0 || codeDraws < fewestDraws * codes) return [];
  return [
    `${unusedCodes.length} of ${codes} codes ${unusedCodes.length === 1 ? 'is' : 'are'} used by none of ${examples} examples. Use fewer codes, or train longer.`,
  ];
}

/**
 * The notes on a model in lines, each with advice, the most important first; none when all is well, or
 * when there is too little to tell by. Mistakes that explain the rest are told alone. Unused units,
 * latents and codes are told from 299 examples on: one that a hundredth of the examples needs is missed
 * by fewer with a probability over 5 % (`(1 − 0.01)ⁿ`); and from 100 steps on, as a model that was
 * hardly trained does nothing yet.
 */
export function describeHealth(health: Health): string[] {
  const { training } = health;
  const mistakes = training ? describeMistakes(training) : [];
  if (mistakes.length > 0) return mistakes.slice(0, mostNotes);
  if (training && training.steps < fewestSteps) return [];
  const found = [
    ...(training ? describeCourse(training) : []),
    ...(health.examples < fewestExamples ? [] : describeParts(health)),
  ];
  // The learning rate and the rest may be right with the scale mended.
  const scale = training && found.length > 0 ? describeScale(training.values) : undefined;
  return scale ? [scale] : found.slice(0, mostNotes);
}

/** The notes on units, latents and codes, the most important first. */
function describeParts(health: Health): string[] {
  const { deadUnits, saturatedLayers, collapsedLatents, klPerLatent, examples } = health;
  const [narrow, wide] = [
    deadUnits.filter(({ of }) => of <= narrowLayer),
    deadUnits.filter(({ units, of }) => of > narrowLayer && units.length > deadShare * of),
  ];
  const collapse = describeCollapse(health);
  const isWhole = collapsedLatents.length === klPerLatent.length;
  return [
    ...(isWhole ? collapse : []),
    ...describeSaturated(saturatedLayers),
    ...describeNarrow(narrow, examples),
    ...(isWhole ? [] : collapse),
    ...describeWide(wide, examples),
    ...describeCodes(health),
  ];
}
