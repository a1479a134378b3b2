import { Tensor } from 'onnxruntime-common';
import { breathe } from '../../base/breathe.js';
import { UserError } from '../../base/errors.js';
import { branch, fillUniform, type RandomStream } from '../../base/random.js';
import { constant, mul, type Value, where } from '../../graph/index.js';
import { CompiledFunction, noiseTensor, sizesAt } from '../../step/index.js';
import { propose, toRows } from '../hamiltonian-monte-carlo.js';
import { withSlope } from '../leapfrog.js';
import { inverted } from './cholesky.js';
import { keptMetric, metricAt, presentOf, riemannianPath } from './metric.js';

/** Options for drawing latents by a metric. */
export interface ChainOptions {
  /** Transitions of each chain. */
  readonly transitions: number;
  readonly leapfrogSteps: number;
  readonly stepSize: number;
}

/** Chains in one call of the runtime. */
const chainsAtOnce = 512;

/** The places of the centroids that training has filled. @throws UserError when there is none */
function filledOf(matrices: Tensor): readonly number[] {
  const [count, width] = matrices.dims as readonly [number, number];
  const elements = matrices.data as Float32Array;
  const filled = Array.from({ length: count }, (_, i) => i).filter((i) =>
    elements.subarray(i * width * width, (i + 1) * width * width).some((element) => element !== 0),
  );
  if (filled.length > 0) return filled;
  throw new UserError('The metric has no centroids before the model is trained. Train it first.');
}

/** Centroids at random, for `count` chains: [count, latent]. */
function startsOf(
  centroids: Tensor,
  filled: readonly number[],
  count: number,
  stream: RandomStream,
): Float32Array {
  const width = centroids.dims[1]!;
  const uniform = new Float32Array(count);
  fillUniform(branch(stream, 'start'), uniform);
  const rows = new Float32Array(count * width);
  uniform.forEach((u, i) => {
    const place = filled[Math.min(filled.length - 1, Math.floor(u * filled.length))]!;
    rows.set(
      (centroids.data as Float32Array).subarray(place * width, (place + 1) * width),
      i * width,
    );
  });
  return rows;
}

/** A transition that keeps the density √|G⁻¹(z)|, as a function of the model's tensors. */
function compiledTransition(
  { leapfrogSteps, stepSize }: ChainOptions,
  [count, width]: readonly [number, number],
): Promise<CompiledFunction> {
  return CompiledFunction.compile({ z: { shape: [width] } }, (inputs, scope) => {
    const kept = keptMetric(count, width, { temperature: 1, regularization: 1 }, scope);
    const metric = presentOf(kept);
    const z = inputs.z!;
    const energyOf = (inverse: Value) => mul(inverted(inverse).logDet, -0.5);
    const knownAt = (at: Value) =>
      withSlope(at, (own) => ({ energy: energyOf(metricAt(own, metric).inverse) }));
    const found = propose(z, constant(stepSize, []), leapfrogSteps, knownAt, scope);
    return { moved: where(toRows(found.isAccepted, z), found.z, z) };
  });
}

/**
 * Latents by Hamiltonian Monte Carlo of the density √|G⁻¹(z)|, the volume of the metric, from centroids on (Chadebec
 * et al. 2020, §3.4). Far away from all centroids the density is low and even, and has no finite integral over the
 * whole space: chains must be short enough to stay near the centroids.
 * @param parameters the model's tensors
 */
export async function chainsByMetric(
  count: number,
  parameters: Readonly<Record<string, Tensor>>,
  stream: RandomStream,
  options: ChainOptions,
): Promise<Float32Array> {
  const centroids = parameters[`${riemannianPath}.centroids`]!;
  const matrices = parameters[`${riemannianPath}.matrices`]!;
  const [kept, width] = centroids.dims as readonly [number, number];
  const starts = startsOf(centroids, filledOf(matrices), count, stream);
  const compiled = await compiledTransition(options, [kept, width]);
  const drawn = new Float32Array(starts.length);
  try {
    for (let from = 0; from < count; from += chainsAtOnce) {
      const rows = Math.min(chainsAtOnce, count - from);
      let z = new Tensor('float32', starts.slice(from * width, (from + rows) * width), [
        rows,
        width,
      ]);
      for (let t = 0; t < options.transitions; t++) {
        const noise = compiled.noises.map(({ name, kind, shape }) =>
          noiseTensor(kind, branch(stream, `${from}/${t}/${name}`), sizesAt(shape, rows)),
        );
        z = (await compiled.run(parameters, { z }, noise)).moved! as typeof z;
      }
      drawn.set(z.data as Float32Array, from * width);
      await breathe();
    }
  } finally {
    await compiled.release();
  }
  return drawn;
}
