import {
  add,
  constant,
  reshape,
  split,
  squeeze,
  sub,
  unsqueeze,
  type Value,
} from '../../graph/index.js';
import { layer, type Scope } from '../../nn/index.js';
import { autoregressive, chained, type Flowed, planar, radial } from '../flows/index.js';
import { logPosterior, logPrior, ofDraws, type Posterior, sampling } from '../posterior.js';
import { standardNormal } from '../samplers/index.js';
import type { Bottleneck, EncodingSources } from './bottleneck.js';
import { gaussian, head } from './gaussian.js';

/** A diagonal Gaussian and the flow that its draws go through. */
export interface FlowEncoding {
  readonly base: Posterior;
  /** @param z draws of the Gaussian, [batch, count, latent] */
  flow(z: Value): Flowed;
}

/** Makes the flow of a batch from the encoder's features. */
type FlowOf = (
  features: Value,
  base: Posterior,
  scope: Scope,
  sources: EncodingSources,
) => FlowEncoding['flow'];

/**
 * A posterior that is a diagonal Gaussian carried through a flow, and the prior N(0, I):
 * log q(z | x) = log q₀(z₀ | x) − log |det ∂z / ∂z₀| (Rezende and Mohamed 2015, eq. 7,
 * https://arxiv.org/abs/1505.05770). The flowed mean stands for an example.
 */
function flowed(type: string, flowOf: FlowOf): Bottleneck<FlowEncoding> {
  const point = ({ base, flow }: FlowEncoding) => squeeze(flow(unsqueeze(base.mean, [1])).z, [1]);
  return {
    type,
    encode(features, latent, scope, sources) {
      const base = gaussian.encode(features, latent, scope, sources);
      return { base, flow: flowOf(features, base, scope, sources) };
    },
    point,
    outputs: (encoding) => ({ mean: point(encoding) }),
    describe: (shape) => `mean: float32 [batch, ${shape.join(', ')}]`,
    draws({ base, flow }, count, { scope }) {
      const start = sampling.apply(ofDraws(base, count), scope.child('sampling'));
      const { z, logDet } = flow(start);
      return { z, logPosterior: sub(logPosterior(start, base), logDet), logPrior: logPrior(z) };
    },
    prior: standardNormal(),
  };
}

/** Flows by the sizes of the numbers that they take, and how they take them. */
const kinds = {
  planar: {
    sizes: (latent: number) => [latent, latent, 1],
    flow: (z: Value, [u, w, b]: readonly Value[]) => planar(z, { u: u!, w: w!, b: b! }),
  },
  radial: {
    sizes: (latent: number) => [latent, 1, 1],
    flow: (z: Value, [center, alpha, beta]: readonly Value[]) =>
      radial(z, { center: center!, alpha: alpha!, beta: beta! }),
  },
};

/** The path of a flow's tensors. */
const flowPath = 'flow';

/**
 * Planar or radial flows, `length` of them. Their numbers come from the encoder, by one more dense head
 * (Rezende and Mohamed 2015, §4.2), so that each example has flows of its own.
 */
export function simpleFlow(kind: keyof typeof kinds, length: number): Bottleneck<FlowEncoding> {
  const { sizes, flow } = kinds[kind];
  return flowed('normalizingFlow', (features, { mean }, scope, sources) => {
    const own = sizes(mean.shape[1] as number);
    const units = own.reduce((a, b) => a + b, 0);
    const told = head(flowPath, features, length * units, scope, sources);
    const parts = split(told, Array.from({ length }, () => own).flat(), 1);
    // An axis for several draws of an example.
    const numbers = parts.map((part) => unsqueeze(part, [1]));
    const maps = Array.from({ length }, (_, i) => (z: Value) => {
      return flow(z, numbers.slice(i * own.length, (i + 1) * own.length));
    });
    return (z) => chained(z, maps);
  });
}

/** Options for building an inverse autoregressive flow. */
export interface InverseAutoregressiveOptions {
  /** Number of maps. */
  readonly length: number;
  /** Units of each hidden layer of a map's network. */
  readonly hidden: number;
  /** Hidden layers of a map's network. */
  readonly layers: number;
  /** Numbers that the encoder tells every map. */
  readonly context: number;
}

/** The layer that summaries show in the place of a flow's own networks. */
const shown = layer<Value>('inverseAutoregressiveFlow', (x) => x);

/**
 * An inverse autoregressive flow (Kingma et al. 2016, algorithm 1, https://arxiv.org/abs/1606.04934): each
 * map has a masked network with ELU, which sees the latents before it and a context h of the encoder.
 */
export function inverseAutoregressive({
  length,
  hidden,
  layers,
  context: width,
}: InverseAutoregressiveOptions): Bottleneck<FlowEncoding> {
  return flowed('inverseAutoregressiveFlow', (features, { mean }, scope, sources) => {
    const context = unsqueeze(head('context', features, width, scope, sources), [1]);
    sources.observe?.(flowPath, shown, mean);
    return (z) => {
      const [batch, count] = z.shape as readonly [string, number];
      const spread = add(context, constant(new Float32Array(count), [1, count, 1]));
      const flowed = autoregressive(
        reshape(z, [-1, mean.shape[1]!]),
        {
          blocks: length,
          form: 'gated',
          hidden: new Array<number>(layers).fill(hidden),
          activation: 'elu',
          context: reshape(spread, [-1, width]),
        },
        scope.child(flowPath),
      );
      return { z: reshape(flowed.z, z.shape), logDet: reshape(flowed.logDet, [batch, count]) };
    };
  });
}
