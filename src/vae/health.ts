import type { Tensor } from 'onnxruntime-common';
import { max, type Value } from '../graph/index.js';
import type { Layer, LayerObserver } from '../nn/index.js';

/** A collapsed latent carries less than this many nats about the image. */
const collapsedNats = 0.01;

/** Units of a layer that do nothing. */
export interface DeadUnits {
  readonly layer: string;
  readonly units: readonly number[];
  /** How many units the layer has. */
  readonly of: number;
}

/** A layer with more units than this can spare some. */
const narrowLayer = 16;

/** What a trained model does not use. */
export interface Health {
  /** Hidden ReLU units that were active on none of the examples. */
  readonly deadUnits: readonly DeadUnits[];
  /** Latents whose KL divergence from the prior is under 0.01 nats. */
  readonly collapsedLatents: readonly number[];
  /** KL divergence of each latent in nats, the mean over the examples; none without a posterior. */
  readonly klPerLatent: readonly number[];
  /** Codes that none of the examples used, for models with a codebook. */
  readonly unusedCodes?: readonly number[];
  /** How many examples were looked at. */
  readonly examples: number;
}

/** Whether a layer ends in a ReLU, whose units can die. */
function canDie(layer: Layer): boolean {
  return [layer.options.activation, layer.type === 'activation' && layer.options.name].includes(
    'relu',
  );
}

/** Collects the largest activation of each unit or channel, [batch, units], of layers that can die. */
export function observeActivity(activity: Record<string, Value>): LayerObserver {
  return (path, layer, output) => {
    const axes = output.shape.map((_, axis) => axis).slice(2);
    if (canDie(layer)) activity[path] = max(output, { axes });
  };
}

function columns(tensor: Tensor): { count: number; values: Float32Array; rows: number } {
  const [rows = 0, count = 0] = tensor.dims;
  return { count, values: tensor.data as Float32Array, rows };
}

/**
 * @param activity the largest activation of each unit, [N, units] by layer
 * @param latents what the bottleneck shows: KL divergence in nats, [N, latent]; codes, int64 [N,
 *   ...], of a codebook of `size`
 * @param examples N
 */
export function healthOf(
  activity: Readonly<Record<string, Tensor>>,
  latents: { kl?: Tensor | undefined; codes?: Tensor | undefined; size?: number | undefined },
  examples: number,
): Health {
  const deadUnits = Object.entries(activity).flatMap(([layer, tensor]) => {
    const { count, values } = columns(tensor);
    const alive = new Set<number>();
    values.forEach((value, i) => {
      if (value > 0) alive.add(i % count);
    });
    const units = Array.from({ length: count }, (_, unit) => unit).filter((u) => !alive.has(u));
    return units.length > 0 ? [{ layer, units, of: count }] : [];
  });
  const { kl, codes, size = 0 } = latents;
  const klPerLatent = kl ? meanOfColumns(kl) : [];
  const collapsedLatents = klPerLatent.flatMap((nats, latent) =>
    nats < collapsedNats ? [latent] : [],
  );
  const used = new Set(codes ? Array.from(codes.data as BigInt64Array, Number) : []);
  const unused = Array.from({ length: size }, (_, code) => code).filter((code) => !used.has(code));
  return {
    deadUnits,
    collapsedLatents,
    klPerLatent,
    ...(codes ? { unusedCodes: unused } : {}),
    examples,
  };
}

function meanOfColumns(tensor: Tensor): number[] {
  const { count, values, rows } = columns(tensor);
  const means = new Array<number>(count).fill(0);
  values.forEach((value, i) => {
    means[i % count]! += value / rows;
  });
  return means;
}

/** One line a finding, each with what to do; none when all is well. */
export function describeHealth(health: Health): string[] {
  const { deadUnits, collapsedLatents, klPerLatent, unusedCodes = [], examples } = health;
  const lines = deadUnits.map(({ layer, units, of }) => {
    const verb = units.length === 1 ? 'is' : 'are';
    const advice =
      of <= narrowLayer
        ? 'which leaves the loss higher than it need be: train again with another seed, or use the activation leakyRelu'
        : 'and so do nothing: use fewer units, or the activation leakyRelu';
    return `${units.length} of ${of} units of ${layer} ${verb} dead (no output on any of ${examples} examples), ${advice}.`;
  });
  if (collapsedLatents.length > 0) {
    const [subject, verb] = collapsedLatents.length === 1 ? ['latent', 'is'] : ['latents', 'are'];
    lines.push(
      `${collapsedLatents.length} of ${klPerLatent.length} latents collapsed (KL under ${collapsedNats} nats): ${subject} ${collapsedLatents.join(', ')} ${verb} not used. Lower the KL weight, or use fewer latents.`,
    );
  }
  if (unusedCodes.length > 0) {
    lines.push(
      `${unusedCodes.length} ${unusedCodes.length === 1 ? 'code is' : 'codes are'} used by none of ${examples} examples. Use fewer codes, or train longer.`,
    );
  }
  return lines;
}
