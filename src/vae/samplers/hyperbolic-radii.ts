import { UserError } from '../../base/errors.js';
import { branch, fillNormal, fillUniform, type RandomStream } from '../../base/random.js';

/** Proposals a draw: at least 0.65 of them are accepted, so that all are refused once in 10¹⁸ draws. */
const proposals = 40;

/** log sinh x, for x > 0 */
const logSinh = (x: number) => x + Math.log(-Math.expm1(-2 * x) / 2);

/** The mode of exp(−x² / 2s²) sinhⁿ x, where x tanh x = n s², by Newton's method from above. */
function modeOf(scale: number, power: number): number {
  const wanted = power * scale ** 2;
  let x = wanted / 2 + Math.sqrt(wanted ** 2 / 4 + wanted);
  for (let step = 0; step < 30; step++) {
    const t = Math.tanh(x);
    x -= (x * t - wanted) / (t + x * (1 - t * t));
  }
  return x;
}

/**
 * Distances x from the mean of a Riemannian normal distribution in the ball of curvature −1, of the density
 * ∝ exp(−x² / 2s²) sinh^(d−1) x (Mathieu et al. 2019, appendix B.4). As log sinh is concave, that is under a
 * normal distribution of the standard deviation s about the mode, whose draws are accepted or not.
 * @param scale s
 * @throws UserError when there are fewer than 2 dimensions
 */
export function hyperbolicRadii(
  count: number,
  scale: number,
  dimensions: number,
  stream: RandomStream,
): Float64Array {
  if (dimensions < 2) {
    throw new UserError(
      'A Riemannian normal distribution has 2 dimensions or more. Take the wrapped one for a single latent.',
    );
  }
  const power = dimensions - 1;
  const mode = modeOf(scale, power);
  const slope = 1 / Math.tanh(mode);
  const normal = new Float32Array(count * proposals);
  const uniform = new Float32Array(count * proposals);
  fillNormal(branch(stream, 'proposals'), normal);
  fillUniform(branch(stream, 'acceptance'), uniform);
  const isAccepted = (x: number, u: number) =>
    x > 0 && power * (logSinh(x) - logSinh(mode) - slope * (x - mode)) >= Math.log(u);
  return Float64Array.from({ length: count }, (_, i) => {
    for (let at = i * proposals; at < (i + 1) * proposals; at++) {
      const x = mode + scale * normal[at]!;
      if (isAccepted(x, uniform[at]!)) return x;
    }
    return mode;
  });
}
