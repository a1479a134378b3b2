import type { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../../base/shape.js';
import { codebookPath } from '../../samplers/codebook.js';
import { bottleneckWriter, type Plan } from '../plan.js';
import { call, literal } from '../python.js';
import { codebooksOf, groupSizes } from '../quantities.js';
import { shaped } from '../tensors.js';
import { sequence, type TorchModule, type TorchParts } from './layers.js';

/** An attribute of the model: a module, or a tensor that is no parameter. */
export type Member = { readonly name: string } & (TorchModule | { readonly buffer: Tensor });

/** The code of a PyTorch model between its encoder's features, its latents and its decoder's input. */
export interface TorchBottleneck {
  readonly members: readonly Member[];
  /** True where features are a row. */
  readonly flattens: boolean;
  /** Statements of `encode`, the last of which returns; `features` are the encoder's output. */
  readonly encode: readonly string[];
  /** The expression of the decoder layers' input by latents `z`, where it is not z. */
  readonly decoded?: string;
}

type Write = (parts: TorchParts) => TorchBottleneck;

/** Parameters of a dense layer of vaekit, by their names in a module. */
function parametersAt({ tensors }: Plan, path: string): Record<string, Tensor> {
  const [weight, bias] = [tensors[`${path}.weight`]!, tensors[`${path}.bias`]];
  return bias ? { weight, bias } : { weight };
}

/** A dense layer over features, by its path in vaekit. */
function head({ plan }: TorchParts, name: string, path = name): Member {
  const tensors = parametersAt(plan, path);
  const [units] = tensors.weight!.dims as [number];
  return { name, code: call('nn.Linear', [elementCount(plan.features), units]), tensors };
}

const gaussian: Write = (parts) => ({
  members: [head(parts, 'mean'), head(parts, 'log_variance', 'logVariance')],
  flattens: true,
  encode: ['return self.mean(features), self.log_variance(features)'],
});

const spatialGaussian: Write = ({ plan }) => {
  const [channels, ...positions] = plan.features as [number, ...number[]];
  const at = (name: string, path: string): Member => {
    const { weight, bias } = parametersAt(plan, path);
    const { dims } = weight!;
    const code = call(`nn.Conv${positions.length}d`, [channels, dims[0], 1]);
    const taps = shaped(weight!, [...dims, ...positions.map(() => 1)]);
    return { name, code, tensors: { weight: taps, bias: bias! } };
  };
  return {
    members: [at('mean', 'mean'), at('log_variance', 'logVariance')],
    flattens: false,
    encode: ['return self.mean(features), self.log_variance(features).clamp(-30, 20)'],
  };
};

const hyperspherical: Write = (parts) => ({
  members: [head(parts, 'mean'), head(parts, 'concentration')],
  flattens: true,
  encode: [
    'mean = F.normalize(self.mean(features), dim=1)',
    'return mean, F.softplus(self.concentration(features)) + 1',
  ],
  decoded: 'F.normalize(z, dim=1)',
});

const vectorQuantized: Write = (parts) => {
  parts.helper('nearest');
  return {
    members: [{ name: 'codebook', buffer: parts.plan.tensors[`${codebookPath}.codebook`]! }],
    flattens: false,
    encode: [
      'codes = nearest(features.movedim(1, -1), self.codebook)',
      'return self.codebook[codes].movedim(-1, 1), codes',
    ],
  };
};

const residuallyQuantized: Write = (parts) => {
  parts.helper('nearest');
  return {
    members: [{ name: 'codebooks', buffer: codebooksOf(parts.plan) }],
    flattens: false,
    encode: [
      'rest = features.movedim(1, -1)',
      'z, codes = torch.zeros_like(rest), []',
      'for codebook in self.codebooks:',
      '    codes.append(nearest(rest, codebook))',
      '    z = z + codebook[codes[-1]]',
      '    rest = rest - codebook[codes[-1]]',
      'return z.movedim(-1, 1), torch.stack(codes, 1)',
    ],
  };
};

const simpleFlow: Write = (parts) => {
  const { flow, length } = parts.plan.objective as { flow: 'planar' | 'radial'; length: number };
  const [latent] = parts.plan.model.latentShape as [number];
  const sizes = flow === 'planar' ? [latent, latent, 1] : [latent, 1, 1];
  parts.helper(flow);
  return {
    members: [head(parts, 'mean'), head(parts, 'flow')],
    flattens: true,
    encode: [
      'z = self.mean(features)',
      `for numbers in self.flow(features).chunk(${length}, dim=1):`,
      `    z = ${flow}(z, *numbers.split(${literal(sizes)}, dim=1))`,
      'return z',
    ],
  };
};

const inverseAutoregressive: Write = (parts) => {
  const { plan } = parts;
  const options = plan.objective as Record<'length' | 'hidden' | 'layers' | 'context', number>;
  const { length, hidden, layers, context } = options;
  const [latent] = plan.model.latentShape;
  parts.helper('MaskedLinear');
  parts.helper('MADE');
  const blocks = Array.from({ length }, (_, block): TorchModule => {
    const path = `flow.${block}`;
    const linear = Array.from({ length: layers + 1 }, (_, i) =>
      Object.entries(parametersAt(plan, `${path}.${i}`)).map(([name, tensor]) => [
        `layers.${i}.${name}`,
        tensor,
      ]),
    );
    const told = plan.tensors[`${path}.context.weight`]!;
    return {
      code: call('MADE', [latent, hidden, layers, context], { reverse: block % 2 === 1 }),
      tensors: { ...Object.fromEntries(linear.flat()), 'context.weight': told },
    };
  });
  return {
    members: [
      head(parts, 'mean'),
      head(parts, 'context'),
      { name: 'flow', ...sequence('nn.Sequential', blocks) },
    ],
    flattens: true,
    encode: [
      'z, context = self.mean(features), self.context(features)',
      'for made in self.flow:',
      '    shift, gate = made(z, context)',
      '    gate = torch.sigmoid(gate + 2)',
      '    z = gate * z + (1 - gate) * shift',
      'return z',
    ],
  };
};

const poincareBall: Write = (parts) => {
  const { curvature: c, decode } = parts.plan.objective as { curvature: number; decode: string };
  const isWrapped = parts.plan.objective.distribution !== 'riemannianNormal';
  const members = [head(parts, 'mean'), head(parts, 'log_variance', 'logVariance')];
  for (const name of ['held', 'exponential']) parts.helper(name);
  if (decode === 'tangent') parts.helper('logarithm');
  if (decode === 'gyroplanes') {
    for (const name of ['mobius_add', 'Gyroplanes']) parts.helper(name);
    const tensors = parametersAt(parts.plan, 'gyroplanes');
    const [planes, latent] = tensors.weight!.dims;
    members.push({ name: 'gyroplanes', code: call('Gyroplanes', [latent, planes, c]), tensors });
  }
  const decoded: Record<string, string> = {
    point: `held(z, ${c})`,
    tangent: `logarithm(held(z, ${c}), ${c})`,
    gyroplanes: `self.gyroplanes(held(z, ${c}))`,
  };
  return {
    members,
    flattens: true,
    encode: [
      `mean = held(exponential(self.mean(features), ${c}), ${c})`,
      `return mean, self.log_variance(features)${isWrapped ? '' : '.expand_as(mean)'}`,
    ],
    decoded: decoded[decode]!,
  };
};

const hierarchical: Write = (parts) => {
  const { plan } = parts;
  const { hidden } = plan.objective as { hidden: number };
  const sizes = groupSizes(plan);
  const at = (path: string) => parametersAt(plan, `topDown.${path}`);
  const named = (path: string, inside: string) =>
    Object.entries(at(inside)).map(([name, tensor]) => [`${path}.${name}`, tensor]);
  const tensors = sizes.flatMap((_, l) => [
    ...named(`posteriors.${l}.0`, `${l}.posterior.0`),
    ...named(`posteriors.${l}.2`, `${l}.posterior.1`),
    ...(l > 0 ? named(`priors.${l - 1}`, `${l}.prior.1`) : []),
    ...named(`merges.${l}.0`, `${l}.merge.0`),
    ...named(`merges.${l}.2`, `${l}.merge.1`),
  ]);
  parts.helper('TopDown');
  const code = `TopDown(${elementCount(plan.features)}, [${sizes.join(', ')}], ${hidden})`;
  return {
    members: [{ name: 'top_down', code, tensors: Object.fromEntries(tensors) }],
    flattens: true,
    encode: ['return self.top_down.encode(features)'],
    decoded: 'self.top_down(z)',
  };
};

/** Bottlenecks by type. */
export const torchBottlenecks: Readonly<Record<string, Write>> = {
  gaussian,
  hamiltonian: gaussian,
  riemannianHamiltonian: gaussian,
  deterministic: (parts) => ({
    members: [head(parts, 'mean')],
    flattens: true,
    encode: ['return self.mean(features)'],
  }),
  spatialGaussian,
  hyperspherical,
  vectorQuantized,
  residuallyQuantized,
  normalizingFlow: simpleFlow,
  inverseAutoregressiveFlow: inverseAutoregressive,
  poincareBall,
  hierarchical,
};

/** The bottleneck of a model. @throws UserError when it cannot be exported */
export function torchBottleneck(parts: TorchParts): TorchBottleneck {
  return bottleneckWriter('torch', parts.plan, torchBottlenecks)(parts);
}
