import {
  add,
  exp,
  logSumExp,
  mul,
  negate,
  square,
  sub,
  sum,
  unsqueeze,
  type Value,
} from '../../graph/index.js';
import { logPosterior, ofDraws, type Posterior, sampling } from '../posterior.js';
import { pseudoInputsName, vampPrior } from '../samplers/index.js';
import type { Bottleneck } from './bottleneck.js';
import { gaussian } from './gaussian.js';

/** Options by which pseudo-inputs begin. */
export interface VampOptions {
  readonly components: number;
  /** Their first values are normal, of this mean and deviation. */
  readonly start: { readonly mean: number; readonly deviation: number };
}

/** A posterior, and the pseudo-inputs' posteriors. */
interface VampEncoding extends Posterior {
  /** Both tensors [components, latent]. */
  prior(): Posterior;
}

/**
 * log of the mean over components of N(z; mean, exp(logVariance)), in nats.
 * @param z [batch, count, latent]
 * @returns [batch, count]
 */
function logMixture(z: Value, { mean, logVariance }: Posterior): Value {
  const [components, latent] = mean.shape as readonly [number, number];
  const scaled = mul(sub(unsqueeze(z, [2]), mean), exp(mul(logVariance, -0.5)));
  const squares = sum(square(scaled), { axes: [3] });
  const volumes = add(sum(logVariance, { axes: [1] }), latent * Math.log(2 * Math.PI));
  const each = mul(negate(add(squares, volumes)), 0.5);
  return sub(logSumExp(each, { axes: [2] }), Math.log(components));
}

/**
 * A diagonal Gaussian q(z | x), and as the prior the mixture of its posteriors at trained pseudo-inputs uₖ:
 * p(z) = (1/K) Σₖ q(z | uₖ) (Tomczak and Welling 2018, eq. 9, https://arxiv.org/abs/1705.07120).
 */
export function vamp({ components, start }: VampOptions): Bottleneck<VampEncoding> {
  const { encode, point, outputs, describe, posterior } = gaussian;
  const [path, name] = pseudoInputsName.split('.') as [string, string];
  return {
    ...{ type: gaussian.type, point, outputs, describe, posterior: posterior! },
    encode(features, latent, scope, sources) {
      let prior: Posterior | undefined;
      return {
        ...encode(features, latent, scope, sources),
        prior() {
          const shape = [components, ...(sources.seen.shape.slice(1) as number[])];
          prior ??= encode(
            sources.pseudoFeatures(scope.child(path).parameter(name, shape, { normal: start })),
            latent,
            scope,
            { ...sources, observe: undefined },
          );
          return prior;
        },
      };
    },
    draws(encoding, count, { scope }) {
      const z = sampling.apply(ofDraws(encoding, count), scope.child('sampling'));
      return {
        z,
        logPosterior: logPosterior(z, encoding),
        logPrior: logMixture(z, encoding.prior()),
      };
    },
    logPrior: (encoding, z) => logMixture(z, encoding.prior()),
    prior: vampPrior(),
  };
}
