import {
  add,
  constant,
  div,
  exp,
  gemm,
  matmul,
  mul,
  negate,
  reshape,
  square,
  sub,
  sum,
  transpose,
  unsqueeze,
  type Value,
} from '../../graph/index.js';
import type { Scope, State } from '../../nn/index.js';

/** The path of a Riemannian model's tensors. */
export const riemannianPath = 'riemannian';

/** A metric of the latent space, G⁻¹(z) = Σᵢ Mᵢ exp(−‖z − cᵢ‖² / T²) + λ I (Chadebec et al. 2020, eq. 12). */
export interface Metric {
  /** cᵢ: [m, latent]. */
  readonly centroids: Value;
  /** Mᵢ, symmetric and positive: [m, latent, latent]. */
  readonly matrices: Value;
  /** T, a scalar. */
  readonly temperature: Value;
  /** λ, a scalar. */
  readonly regularization: Value;
}

/** A metric as it is kept, and changes from step to step. */
type KeptMetric = Readonly<Record<keyof Metric, State>>;

/** The metric that is kept, as it was when the step began. */
export const presentOf = (kept: KeptMetric): Metric => ({
  centroids: kept.centroids.value,
  matrices: kept.matrices.value,
  temperature: kept.temperature.value,
  regularization: kept.regularization.value,
});

/**
 * The tensors of a metric that a model keeps: `riemannian.centroids` [m, latent], `riemannian.matrices` [m, latent, latent],
 * `riemannian.temperature` and `riemannian.regularization`.
 * @param first T and λ
 */
export function keptMetric(
  count: number,
  latent: number,
  first: { readonly temperature: number; readonly regularization: number },
  outer: Scope,
): KeptMetric {
  const scope = outer.child(riemannianPath);
  return {
    centroids: scope.state('centroids', [count, latent], 'zeros'),
    matrices: scope.state('matrices', [count, latent, latent], 'zeros'),
    temperature: scope.state('temperature', [], { constant: first.temperature }),
    regularization: scope.state('regularization', [], { constant: first.regularization }),
  };
}

/** A metric at points. */
export interface MetricAt {
  /** G⁻¹(z): [n, latent, latent]. */
  readonly inverse: Value;
  /** ½ ρᵀ G⁻¹(z) ρ of momenta [n, latent]: [n]. */
  energy(momentum: Value): Value;
  /** Its slope by ρ, G⁻¹(z) ρ. */
  velocity(momentum: Value): Value;
  /** Its slope by z, ρ being as it is. */
  slope(momentum: Value): Value;
}

/** Matrices as rows of all their elements. */
const flat = (matrices: Value) => {
  const [, rows, columns] = matrices.shape as readonly [unknown, number, number];
  return reshape(matrices, [-1, rows * columns]);
};

/** ‖z − c‖² of each pair: [n, m]. */
function squaredDistances(z: Value, centroids: Value): Value {
  const lengths = (x: Value) => sum(square(x), { axes: [1] });
  const products = gemm(z, centroids, undefined, { transposeB: true });
  const both = add(unsqueeze(lengths(z), [1]), unsqueeze(lengths(centroids), [0]));
  return sub(both, mul(products, 2));
}

/** @param z [n, latent] */
export function metricAt(z: Value, metric: Metric): MetricAt {
  const { centroids, matrices, temperature, regularization } = metric;
  const size = centroids.shape[1] as number;
  const wide = square(temperature);
  const weights = exp(negate(div(squaredDistances(z, centroids), wide)));
  const elements = flat(matrices);
  const identity = Float32Array.from({ length: size * size }, (_, i) =>
    i % (size + 1) === 0 ? 1 : 0,
  );
  const inverse = add(
    reshape(matmul(weights, elements), [-1, size, size]),
    mul(constant(identity, [1, size, size]), regularization),
  );
  const velocity = (momentum: Value) =>
    reshape(matmul(inverse, unsqueeze(momentum, [2])), [-1, size]);
  return {
    inverse,
    velocity,
    energy: (momentum) => mul(sum(mul(momentum, velocity(momentum)), { axes: [1] }), 0.5),
    slope(momentum) {
      // ½ Σᵢ ρᵀ Mᵢ ρ · ∂ exp(−‖z − cᵢ‖² / T²) / ∂z
      const squares = flat(matmul(unsqueeze(momentum, [2]), unsqueeze(momentum, [1])));
      const shares = mul(weights, matmul(squares, transpose(elements)));
      const whole = sum(shares, { axes: [1], keepDims: true });
      return div(sub(matmul(shares, centroids), mul(z, whole)), wide);
    },
  };
}
