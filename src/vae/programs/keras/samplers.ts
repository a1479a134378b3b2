import type { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../../base/shape.js';
import { codebookPath } from '../../samplers/codebook.js';
import { pseudoInputsName } from '../../samplers/index.js';
import type { Plan } from '../plan.js';
import { literal } from '../python.js';
import { channelsLast } from '../tensors.js';
import { keptLast } from './layout.js';

/** The drawing of latents: statements, the last of which sets `z`, and the tensors that they use. */
export interface KerasSampler {
  readonly draw: readonly string[];
  readonly tensors: Readonly<Record<string, Tensor>>;
}

type Write = (plan: Plan, fitted: Readonly<Record<string, Tensor>>) => KerasSampler | undefined;

const normal = ({ model }: Plan) =>
  `keras.random.normal((count, ${keptLast(model.latentShape).join(', ')}))`;

const choice = (of: string, count: string) =>
  `keras.random.categorical(ops.log(tensors["${of}"]), ${count})`;

const codebook: Write = ({ model, tensors }) => {
  const [latent, ...positions] = model.latentShape;
  const usage = tensors[`${codebookPath}.count`]!;
  const many = ['count', ...(positions.length > 0 ? [elementCount(positions)] : [])].join(' * ');
  const shape = ['count', ...positions, latent].join(', ');
  const isDeep = usage.dims.length === 2;
  return {
    draw: [
      `codes = ${isDeep ? choice('usage', many) : choice('usage', many).replace('"usage"]', '"usage"][None]')}`,
      isDeep
        ? 'z = sum(ops.take(book, own, axis=0) for book, own in zip(tensors["codebooks"], codes))'
        : 'z = ops.take(tensors["codebook"], codes[0], axis=0)',
      ...(positions.length > 0 ? [`z = ops.reshape(z, (${shape}))`] : []),
    ],
    tensors: { usage },
  };
};

/** Samplers by type. */
export const kerasSamplers: Readonly<Record<string, Write>> = {
  standardNormal: (plan) => ({ draw: [`z = ${normal(plan)}`], tensors: {} }),
  // The decoder brings them to the sphere.
  hypersphere: (plan) => ({ draw: [`z = ${normal(plan)}`], tensors: {} }),
  gaussian: (plan, { mean, factor }) => ({
    draw: [
      `z = ops.add(ops.matmul(${normal(plan)}, tensors["prior_factor"].T), tensors["prior_mean"])`,
    ],
    tensors: { prior_mean: mean!, prior_factor: factor! },
  }),
  gaussianMixture(plan, { weights, means, factors }) {
    const isFull = factors!.dims.length === 3;
    const spread = 'ops.take(tensors["prior_factors"], chosen, axis=0)';
    return {
      draw: [
        `chosen = ${choice('prior_weights', 'count').replace('"]', '"][None]')}[0]`,
        `noise = ${normal(plan)}`,
        'mean = ops.take(tensors["prior_means"], chosen, axis=0)',
        isFull
          ? `z = mean + ops.matmul(${spread}, noise[:, :, None])[:, :, 0]`
          : `z = mean + ${spread} * noise`,
      ],
      tensors: { prior_weights: weights!, prior_means: means!, prior_factors: factors! },
    };
  },
  codebook,
  vampPrior({ model, tensors }) {
    const { range, scaling } = model.input;
    if (scaling !== 'none') return undefined;
    const chosen = 'ops.take(tensors["pseudo_inputs"], chosen, axis=0)';
    return {
      draw: [
        'chosen = keras.random.randint((count,), 0, len(tensors["pseudo_inputs"]))',
        `mean, log_variance = self.encoder(${range ? `ops.clip(${chosen}, ${range.join(', ')})` : chosen})`,
        'z = mean + ops.exp(log_variance / 2) * keras.random.normal(mean.shape)',
      ],
      tensors: { pseudo_inputs: channelsLast(tensors[pseudoInputsName]!) },
    };
  },
  poincareDisk(plan) {
    const { curvature = 1, distribution, scale = 1 } = { ...plan.sampler!.sampler.options };
    if (distribution === 'riemannianNormal') return undefined;
    const half = `${literal(scale)} * ${normal(plan)} / 2`;
    return { draw: [`z = exponential(${half}, ${literal(curvature)})`], tensors: {} };
  },
};

/** Tells how a model draws latents; undefined where it does not, or where that is not exported. */
export function kerasSampler(plan: Plan): KerasSampler | undefined {
  if (!plan.sampler) return undefined;
  const { sampler, tensors } = plan.sampler;
  return kerasSamplers[sampler.type]?.(plan, tensors);
}
