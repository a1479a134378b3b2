import { UserError } from '../../base/errors.js';
import {
  add,
  concat,
  exp,
  flatten,
  mul,
  reshape,
  split,
  sum,
  type Value,
} from '../../graph/index.js';
import { activation, applyLayers, dense, layer, type Scope } from '../../nn/index.js';
import { klDivergence, logPosterior, logPrior, ofDraws, type Posterior } from '../posterior.js';
import { standardNormal } from '../samplers/index.js';
import type { Bottleneck } from './bottleneck.js';

export interface HierarchicalOptions {
  /** Number of groups, the latents in equal parts, or the number of latents in each, the top group first. */
  readonly groups: number | readonly number[];
  /** Width of the path from the top group to the decoder, and of its networks. */
  readonly hidden: number;
}

/** An example on its way down: the posterior of each group's whitened latents, by the groups above it. */
interface Encoded {
  /** The encoder's output, [batch, features]. */
  readonly features: Value;
  /** The posteriors at the means of the groups above. */
  readonly atMeans: readonly Posterior[];
  readonly sizes: readonly number[];
}

/** The path of the tensors between the groups. */
const topDown = 'topDown';

/** The layer that summaries show in the place of the networks between the groups. */
const shown = layer<Value>('hierarchy', (x) => x);

/** Counts the latents of each group. @throws UserError when they are not as many as there are */
function sizesOf(groups: HierarchicalOptions['groups'], latent: number): readonly number[] {
  if (typeof groups === 'number') {
    if (groups > latent) {
      throw new UserError(
        `${latent} latents cannot be cut into ${groups} groups. Give more latents, or fewer groups.`,
      );
    }
    // The groups nearest to the decoder take the rest.
    return Array.from({ length: groups }, (_, l) => Math.floor((latent + l) / groups));
  }
  const total = groups.reduce((sum, size) => sum + size, 0);
  if (total === latent) return groups;
  throw new UserError(
    `The groups ${groups.join(' + ')} have ${total} latents, and the model has ${latent}. Give latent: ${total}.`,
  );
}

/** Two parts of equal width as mean and log-variance. */
function asPosterior(x: Value, size: number): Posterior {
  const [mean, logVariance] = split(x, [size, size], 1) as [Value, Value];
  return { mean, logVariance };
}

/** The networks at one group, over rows. */
class Level {
  constructor(
    private readonly place: number,
    private readonly size: number,
    private readonly hidden: number,
    private readonly scope: Scope,
  ) {}

  private own(name: string): Scope {
    return this.scope.child(`${topDown}.${this.place}.${name}`);
  }

  /**
   * The whitened posterior N(Δμ, Δσ²). The first group, for which nothing is above, sees the encoder alone.
   * @param h [n, hidden] @param features [n, features]
   */
  posterior(h: Value | undefined, features: Value): Posterior {
    const seen = h ? concat([h, features], 1) : features;
    const layers = [dense(this.hidden, { activation: 'silu' }), dense(2 * this.size)];
    return asPosterior(applyLayers(layers, seen, this.own('posterior')), this.size);
  }

  /** Latents z = μ_p(h) + σ_p(h) ε of whitened ones; the first group's are ε. */
  latents(h: Value | undefined, epsilon: Value): Value {
    if (!h) return epsilon;
    // A prior that begins as N(0, I).
    const layers = [activation('silu'), dense(2 * this.size, { initializer: 'zeros' })];
    const prior = asPosterior(applyLayers(layers, h, this.own('prior')), this.size);
    return add(prior.mean, mul(exp(mul(prior.logVariance, 0.5)), epsilon));
  }

  /** The path after this group: h + f(h, z), or f(z) at the first. */
  below(h: Value | undefined, epsilon: Value): Value {
    const z = this.latents(h, epsilon);
    const layers = [dense(this.hidden, { activation: 'silu' }), dense(this.hidden)];
    const change = applyLayers(layers, h ? concat([h, z], 1) : z, this.own('merge'));
    return h ? add(h, change) : change;
  }
}

const levelsOf = (sizes: readonly number[], hidden: number, scope: Scope) =>
  sizes.map((size, place) => new Level(place, size, hidden, scope));

/** The posteriors of rows, one after another; `epsilonOf` gives the whitened latents of each group, [n, size]. */
function descend(
  levels: readonly Level[],
  features: Value,
  epsilonOf: (posterior: Posterior, place: number) => Value,
): { posteriors: readonly Posterior[]; epsilons: readonly Value[] } {
  const posteriors: Posterior[] = [];
  const epsilons: Value[] = [];
  let h: Value | undefined;
  levels.forEach((level, place) => {
    const posterior = level.posterior(h, features);
    const epsilon = epsilonOf(posterior, place);
    posteriors.push(posterior);
    epsilons.push(epsilon);
    if (place < levels.length - 1) h = level.below(h, epsilon);
  });
  return { posteriors, epsilons };
}

const joined = (values: readonly Value[]) => concat(values, 1);

/**
 * Latents in groups from the top downwards (Sønderby et al. 2016; Child 2021): p(z) = p(z₁) Π p(z_l | z_<l), and
 * q(z | x) = Π q(z_l | z_<l, x), each a diagonal Gaussian by a network that sees the path h of the groups above it.
 *
 * z is whitened: z_l = μ_p + σ_p ε_l, and the model's latents are ε, whose prior is N(0, I). A posterior relative to
 * the prior, N(μ_p + σ_p Δμ, σ_p² Δσ²) (Vahdat and Kautz 2020, "NVAE", eq. 3, https://arxiv.org/abs/2007.03898), is
 * N(Δμ, Δσ²) of ε_l, with the same KL divergence.
 */
export function hierarchicalGaussian({ groups, hidden }: HierarchicalOptions): Bottleneck<Encoded> {
  return {
    type: 'hierarchical',
    encode(given, latent, scope, { observe }) {
      const sizes = sizesOf(groups, latent);
      const features = flatten(given);
      const levels = levelsOf(sizes, hidden, scope);
      const { posteriors } = descend(levels, features, ({ mean }) => mean);
      observe?.(topDown, shown, joined(posteriors.map(({ mean }) => mean)));
      return { features, atMeans: posteriors, sizes };
    },
    point: ({ atMeans }) => joined(atMeans.map(({ mean }) => mean)),
    outputs: ({ atMeans }) => ({
      mean: joined(atMeans.map(({ mean }) => mean)),
      log_variance: joined(atMeans.map(({ logVariance }) => logVariance)),
    }),
    describe: (shape) =>
      `mean, log_variance: float32 [batch, ${shape.join(', ')}], group after group, each relative to its prior and by the means of the groups above`,
    draws({ features, sizes }, count, { scope }) {
      const [batch] = features.shape as readonly [string, number];
      const latent = sizes.reduce((total, size) => total + size, 0);
      const noise = scope.child('sampling').normal([batch, count, latent]);
      const parts = split(reshape(noise, [-1, latent]), sizes, 1);
      const { mean: rows } = ofDraws({ mean: features, logVariance: features }, count);
      const levels = levelsOf(sizes, hidden, scope);
      const { posteriors, epsilons } = descend(
        levels,
        reshape(rows, [-1, features.shape[1]!]),
        ({ mean, logVariance }, place) => add(mean, mul(exp(mul(logVariance, 0.5)), parts[place]!)),
      );
      const z = joined(epsilons);
      const all = {
        mean: joined(posteriors.map(({ mean }) => mean)),
        logVariance: joined(posteriors.map(({ logVariance }) => logVariance)),
      };
      const several = (x: Value) => reshape(x, [batch, count, ...(x.shape.slice(1) as number[])]);
      return {
        z: several(z),
        logPosterior: several(logPosterior(z, all)),
        logPrior: several(logPrior(z)),
        groupKl: posteriors.map((posterior) =>
          several(sum(klDivergence(posterior), { axes: [1] })),
        ),
      };
    },
    toDecoder(z, scope) {
      const sizes = sizesOf(groups, z.shape[1] as number);
      const levels = levelsOf(sizes, hidden, scope);
      const parts = split(z, sizes, 1);
      let h: Value | undefined;
      levels.forEach((level, place) => {
        h = level.below(h, parts[place]!);
      });
      return h!;
    },
    prior: standardNormal(),
  };
}
