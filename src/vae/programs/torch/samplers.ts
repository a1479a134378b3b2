import type { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../../base/shape.js';
import { codebookPath } from '../../samplers/codebook.js';
import { pseudoInputsName } from '../../samplers/index.js';
import type { Plan } from '../plan.js';
import { literal } from '../python.js';
import type { Member } from './bottlenecks.js';

/** The drawing of latents: statements, the last of which sets `z`, and the tensors that they use. */
export interface TorchSampler {
  readonly members: readonly Member[];
  readonly draw: readonly string[];
}

type Write = (plan: Plan, fitted: Readonly<Record<string, Tensor>>) => TorchSampler | undefined;

const normal = (plan: Plan) => `torch.randn(count, ${plan.model.latentShape.join(', ')})`;

const pseudoInputs: Write = ({ model, tensors }) => {
  const inputs = tensors[pseudoInputsName]!;
  const { range, scaling } = model.input;
  const isHeld = range && scaling === 'none';
  const chosen = 'self.pseudo_inputs[chosen]';
  const seen = isHeld ? `${chosen}.clamp(${range.join(', ')})` : chosen;
  return {
    members: [{ name: 'pseudo_inputs', buffer: inputs }],
    draw: [
      'chosen = torch.randint(len(self.pseudo_inputs), (count,))',
      `features = self.encoder(${seen})`,
      'mean, log_variance = self.mean(features), self.log_variance(features)',
      'z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)',
    ],
  };
};

const codebook: Write = ({ model, tensors }) => {
  const [, ...positions] = model.latentShape;
  const counts = tensors[`${codebookPath}.count`]!;
  const members = [{ name: 'usage', buffer: counts }];
  const draws = (of: string) =>
    `${of}.multinomial(count * ${elementCount(positions)}, replacement=True)`;
  const shape = ['count', ...positions].join(', ');
  if (counts.dims.length === 1) {
    return {
      members,
      draw: [
        `codes = ${draws('self.usage')}.view(${shape})`,
        'z = self.codebook[codes].movedim(-1, 1)',
      ],
    };
  }
  return {
    members,
    draw: [
      `codes = ${draws('self.usage')}.view(-1, ${shape})`,
      'vectors = [book[chosen] for book, chosen in zip(self.codebooks, codes)]',
      'z = torch.stack(vectors).sum(0).movedim(-1, 1)',
    ],
  };
};

const mixture: Write = (plan, { weights, means, factors }) => {
  const isFull = factors!.dims.length === 3;
  const noise = `torch.randn(count, ${plan.model.latentShape.join(', ')})`;
  const spread = 'self.prior_factors[chosen]';
  return {
    members: [
      { name: 'prior_weights', buffer: weights! },
      { name: 'prior_means', buffer: means! },
      { name: 'prior_factors', buffer: factors! },
    ],
    draw: [
      'chosen = self.prior_weights.multinomial(count, replacement=True)',
      `noise = ${noise}`,
      isFull
        ? `z = self.prior_means[chosen] + (${spread} @ noise[:, :, None])[:, :, 0]`
        : `z = self.prior_means[chosen] + ${spread} * noise`,
    ],
  };
};

/** Samplers by type. */
export const torchSamplers: Readonly<Record<string, Write>> = {
  standardNormal: (plan) => ({ members: [], draw: [`z = ${normal(plan)}`] }),
  hypersphere: (plan) => ({ members: [], draw: [`z = F.normalize(${normal(plan)}, dim=1)`] }),
  gaussian: (plan, { mean, factor }) => ({
    members: [
      { name: 'prior_mean', buffer: mean! },
      { name: 'prior_factor', buffer: factor! },
    ],
    draw: [`z = self.prior_mean + ${normal(plan)} @ self.prior_factor.T`],
  }),
  gaussianMixture: mixture,
  codebook,
  vampPrior: pseudoInputs,
  poincareDisk(plan) {
    const { curvature = 1, distribution, scale = 1 } = { ...plan.sampler!.sampler.options };
    if (distribution === 'riemannianNormal') return undefined;
    const half = `${literal(scale)} * ${normal(plan)} / 2`;
    return { members: [], draw: [`z = exponential(${half}, ${literal(curvature)})`] };
  },
};

/** Tells how a model draws latents; undefined where it does not, or where that is not exported. */
export function torchSampler(plan: Plan): TorchSampler | undefined {
  if (!plan.sampler) return undefined;
  const { sampler, tensors } = plan.sampler;
  return torchSamplers[sampler.type]?.(plan, tensors);
}

/** A tensor of a buffer in PyTorch's words: `torch.empty(256, 16)`. */
export const emptyOf = ({ dims }: Tensor) =>
  dims.length === 0 ? 'torch.tensor(0.0)' : `torch.empty(${dims.join(', ')})`;
