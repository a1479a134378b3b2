import { Tensor } from 'onnxruntime-common';
import { codebookPath } from '../../samplers/codebook.js';
import { bottleneckWriter, type Plan } from '../plan.js';
import { call, literal } from '../python.js';
import { codebooksOf, groupSizes } from '../quantities.js';
import { shaped } from '../tensors.js';
import { applied, type KerasParts } from './layers.js';
import { toRow } from './layout.js';

/** The code of a Keras model between its encoder's features, its latents and its decoder's input. */
export interface KerasBottleneck {
  /** Statements that set the encoder's outputs by their names; `x` is the output of its layers. */
  readonly encode: readonly string[];
  /** Statements that change latents `x` to the input of the decoder's layers. */
  readonly decode?: readonly string[];
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** A statement over the functions, where encoder and decoder share layers. */
  readonly shared?: string;
}

type Write = (parts: KerasParts) => KerasBottleneck;

/** A dense layer over features by its path, with its tensors under the name it gets. */
function head({ tensors }: Plan, name: string, path = name, units?: number) {
  const weight = tensors[`${path}.weight`]!;
  const bias = tensors[`${path}.bias`];
  const [count] = weight.dims;
  const use_bias = bias ? undefined : false;
  return {
    code: `${call('layers.Dense', [units ?? count], { use_bias, name })}(x)`,
    tensors: { [`${name}.weight`]: weight, ...(bias && { [`${name}.bias`]: bias }) },
  };
}

const rows = ({ features }: Plan) => toRow(features).map(applied);

const gaussian: Write = ({ plan }) => {
  const [mean, logVariance] = [head(plan, 'mean'), head(plan, 'log_variance', 'logVariance')];
  return {
    encode: [...rows(plan), `mean = ${mean.code}`, `log_variance = ${logVariance.code}`],
    tensors: { ...mean.tensors, ...logVariance.tensors },
  };
};

const spatialGaussian: Write = ({ plan }) => {
  const positions = plan.features.slice(1);
  const at = (name: string, path: string) => {
    const weight = plan.tensors[`${path}.weight`]!;
    const { dims } = weight;
    return {
      code: `${call(`layers.Conv${positions.length}D`, [dims[0], 1], { name })}(x)`,
      tensors: {
        [`${name}.weight`]: shaped(weight, [...dims, ...positions.map(() => 1)]),
        [`${name}.bias`]: plan.tensors[`${path}.bias`]!,
      },
    };
  };
  const [mean, logVariance] = [at('mean', 'mean'), at('log_variance', 'logVariance')];
  return {
    encode: [`mean = ${mean.code}`, `log_variance = ops.clip(${logVariance.code}, -30, 20)`],
    tensors: { ...mean.tensors, ...logVariance.tensors },
  };
};

const hyperspherical: Write = ({ plan }) => {
  const [mean, concentration] = [head(plan, 'mean'), head(plan, 'concentration')];
  const soft = concentration.code.replace(', name', ', activation="softplus", name');
  return {
    encode: [
      ...rows(plan),
      `mean = layers.UnitNormalization()(${mean.code})`,
      `concentration = ${soft} + 1`,
    ],
    decode: ['x = layers.UnitNormalization()(x)'],
    tensors: { ...mean.tensors, ...concentration.tensors },
  };
};

const vectorQuantized: Write = ({ plan, ...parts }) => {
  parts.helper('nearest');
  return {
    encode: [
      'codes = nearest(x, tensors["codebook"])',
      'z = ops.take(tensors["codebook"], codes, axis=0)',
    ],
    tensors: { codebook: plan.tensors[`${codebookPath}.codebook`]! },
  };
};

const residuallyQuantized: Write = ({ plan, ...parts }) => {
  parts.helper('nearest');
  return {
    encode: [
      'z, codes = 0, []',
      'for codebook in tensors["codebooks"]:',
      '    codes.append(nearest(x - z, codebook))',
      '    z = z + ops.take(codebook, codes[-1], axis=0)',
      'codes = ops.stack(codes, axis=1)',
    ],
    tensors: { codebooks: codebooksOf(plan) },
  };
};

const simpleFlow: Write = ({ plan, ...parts }) => {
  const { flow, length } = plan.objective as { flow: 'planar' | 'radial'; length: number };
  const [latent] = plan.model.latentShape as [number];
  const places = flow === 'planar' ? [latent, 2 * latent] : [latent, latent + 1];
  parts.helper('dot');
  parts.helper(flow);
  const [mean, numbers] = [head(plan, 'mean'), head(plan, 'flow')];
  return {
    encode: [
      ...rows(plan),
      `mean = ${mean.code}`,
      `for numbers in ops.split(${numbers.code}, ${length}, axis=-1):`,
      `    mean = ${flow}(mean, *ops.split(numbers, ${`[${places.join(', ')}]`}, axis=-1))`,
    ],
    tensors: { ...mean.tensors, ...numbers.tensors },
  };
};

/** The masks of MADE, [units, inputs], of each of its layers. */
function masksOf(latent: number, hidden: number, layers: number, reverse: boolean) {
  const order = Array.from({ length: latent }, (_, i) => (reverse ? latent - i : i + 1));
  const units = Array.from({ length: hidden }, (_, i) => Math.floor((i * latent) / hidden));
  const degrees = [order, ...new Array<number[]>(layers).fill(units)];
  const inner = degrees
    .slice(1)
    .map((after, i) => after.map((unit) => degrees[i]!.map((input) => unit >= input)));
  return [...inner, [...order, ...order].map((unit) => units.map((input) => unit > input))];
}

const inverseAutoregressive: Write = ({ plan }) => {
  const options = plan.objective as Record<'length' | 'hidden' | 'layers', number>;
  const { length, hidden, layers } = options;
  const [latent] = plan.model.latentShape as [number];
  const [mean, context] = [head(plan, 'mean'), head(plan, 'context')];
  const own: Record<string, Tensor> = {};
  for (let block = 0; block < length; block++) {
    const masks = masksOf(latent, hidden, layers, block % 2 === 1);
    masks.forEach((mask, i) => {
      const weight = plan.tensors[`flow.${block}.${i}.weight`]!;
      const seen = mask.flat();
      const kept = (weight.data as Float32Array).map((value, place) => (seen[place] ? value : 0));
      own[`flow_${block}_${i}.weight`] = new Tensor('float32', kept, weight.dims);
      own[`flow_${block}_${i}.bias`] = plan.tensors[`flow.${block}.${i}.bias`]!;
    });
    own[`flow_${block}_context.weight`] = plan.tensors[`flow.${block}.context.weight`]!;
  }
  return {
    encode: [
      ...rows(plan),
      `mean = ${mean.code}`,
      `context = ${context.code}`,
      '# Weights of a flow are 0 where a latent may not see another one (MADE, Germain et al. 2015).',
      `for flow in range(${length}):`,
      `    x = layers.Dense(${hidden}, name=f"flow_{flow}_0")(mean)`,
      `    x = x + layers.Dense(${hidden}, use_bias=False, name=f"flow_{flow}_context")(context)`,
      ...Array.from({ length: layers }, (_, i) => {
        const units = i === layers - 1 ? 2 * latent : hidden;
        return `    x = layers.Dense(${units}, name=f"flow_{flow}_${i + 1}")(ops.elu(x))`;
      }),
      '    shift, gate = ops.split(x, 2, axis=-1)',
      '    gate = ops.sigmoid(gate + 2)',
      '    mean = gate * mean + (1 - gate) * shift',
    ],
    tensors: { ...mean.tensors, ...context.tensors, ...own },
  };
};

const poincareBall: Write = ({ plan, ...parts }) => {
  const { curvature: c, decode } = plan.objective as { curvature: number; decode: string };
  const [latent] = plan.model.latentShape as [number];
  const isWrapped = plan.objective.distribution !== 'riemannianNormal';
  for (const name of ['length', 'held', 'exponential']) parts.helper(name);
  const [mean, logVariance] = [head(plan, 'mean'), head(plan, 'log_variance', 'logVariance')];
  const wide = isWrapped ? logVariance.code : `ops.repeat(${logVariance.code}, ${latent}, axis=-1)`;
  const decoded = [`x = held(x, ${c})`];
  const own: Record<string, Tensor> = {};
  if (decode === 'tangent') {
    parts.helper('logarithm');
    decoded.push(`x = logarithm(x, ${c})`);
  } else if (decode === 'gyroplanes') {
    parts.helper('dot');
    parts.helper('Gyroplanes');
    for (const name of ['gyroplanes.weight', 'gyroplanes.bias']) own[name] = plan.tensors[name]!;
    const [planes] = own['gyroplanes.weight']!.dims;
    decoded.push(applied(call('Gyroplanes', [planes, c], { name: 'gyroplanes' })));
  }
  return {
    encode: [
      ...rows(plan),
      `mean = held(exponential(${mean.code}, ${c}), ${c})`,
      `log_variance = ${wide}`,
    ],
    decode: decoded,
    tensors: { ...mean.tensors, ...logVariance.tensors, ...own },
  };
};

const hierarchical: Write = ({ plan, ...parts }) => {
  parts.helper('TopDown');
  const { hidden } = plan.objective as { hidden: number };
  const own = Object.entries(plan.tensors).flatMap(([name, tensor]) => {
    const [, group, network, layer, part] = /^topDown\.(\d+)\.(\w+)\.(\d)\.(\w+)$/.exec(name) ?? [];
    return group === undefined ? [] : [[`${network}_${group}_${layer}.${part}`, tensor] as const];
  });
  return {
    encode: [...rows(plan), 'mean, log_variance = top_down.encode(x)'],
    decode: ['x = top_down.decode(x)'],
    tensors: Object.fromEntries(own),
    shared: `top_down = TopDown([${groupSizes(plan).join(', ')}], ${literal(hidden)})`,
  };
};

/** Bottlenecks by type. */
export const kerasBottlenecks: Readonly<Record<string, Write>> = {
  gaussian,
  hamiltonian: gaussian,
  riemannianHamiltonian: gaussian,
  deterministic({ plan }) {
    const mean = head(plan, 'mean');
    return { encode: [...rows(plan), `mean = ${mean.code}`], tensors: mean.tensors };
  },
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
export function kerasBottleneck(parts: KerasParts): KerasBottleneck {
  return bottleneckWriter('keras', parts.plan, kerasBottlenecks)(parts);
}
