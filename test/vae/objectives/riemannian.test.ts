import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { compile, gradient, input, type Value } from '../../../src/graph/index.js';
import { adam, dense, reshape, riemannianHamiltonian, samplers } from '../../../src/index.js';
import { asFloat } from '../../../src/step/index.js';
import { tracingScope } from '../../../src/step/tracing.js';
import { BuiltModel } from '../../../src/vae/model/built.js';
import { cholesky, inverted, solveTransposed } from '../../../src/vae/riemannian/cholesky.js';
import { relativeError, withPrefix } from '../../fixtures.js';
import { spaced } from '../../graph/differences.js';
import { evaluate } from '../../graph/evaluate.js';
import { corners, smallVAE } from '../small.js';
import { data, exact, linearVAE } from '../uses/linear.js';
import { fixture, moving, scalars, smallMetric } from './cases.js';

test('the Cholesky factor has the determinant and the inverse of ml-matrix', async () => {
  const size = 4;
  const matrices = [1, 2].map((seed) => {
    const root = Matrix.from1DArray(size, size, spaced([size, size], -1, 1, seed));
    return root.mmul(root.transpose()).add(Matrix.eye(size).mul(0.1));
  });
  const y = spaced([2, size]);
  const { log, x } = await evaluate(
    (a, given) => {
      return { log: inverted(a!).logDet, x: solveTransposed(cholesky(a!), given!) };
    },
    [
      { shape: [2, size, size], data: matrices.flatMap((each) => each.to1DArray()) },
      { shape: [2, size, 1], data: y },
    ],
  );
  matrices.forEach((matrix, i) => {
    const factor = new CholeskyDecomposition(matrix).lowerTriangularMatrix;
    const logDet = factor.diagonal().reduce((sum, each) => sum + 2 * Math.log(each), 0);
    expect(log!.data[i]).toBeCloseTo(logDet, 10);
    const solved = Matrix.columnVector(x!.data.slice(i * size, (i + 1) * size));
    factor
      .transpose()
      .mmul(solved)
      .to1DArray()
      .forEach((each, j) => {
        expect(each).toBeCloseTo(y[i * size + j]!, 10);
      });
  });
});

/** The loss and the gradients of a training step, by the metric of its batch. */
async function trainingStep(noises: Readonly<Record<string, Tensor>>) {
  const objective = riemannianHamiltonian({ ...smallMetric, samples: 4 });
  const model = new BuiltModel({
    input: [1, 2, 3],
    latent: 3,
    encoder: [dense(5, { activation: 'tanh' })],
    decoder: [dense(6), reshape([1, 2, 3])],
    objective,
  });
  const given: Record<string, Tensor> = {
    ...model.initialTensors(),
    ...withPrefix(fixture, 'model.riemannian.'),
    image: fixture.images!,
  };
  const inputs = new Map<string, Value>();
  const named = (name: string, shape: readonly (number | string)[]) => {
    const value = inputs.get(name) ?? input(name, shape);
    inputs.set(name, value);
    return value;
  };
  const trained = new Set<string>();
  const { scope, updates } = tracingScope(
    true,
    (spec) => {
      if (spec.trained) trained.add(spec.name);
      return named(spec.name, spec.shape);
    },
    (name, shape) => {
      given[name] =
        noises[name] ?? new Tensor('float32', Float32Array.of(0, 0.3, 0.9, 0.7, 0), [5]);
      return named(name, shape);
    },
  );
  const images = asFloat(named('image', ['batch', 1, 2, 3]));
  const { loss, metrics } = model.network.terms({ images }, scope, (name) => named(name, []));
  const names = [...trained];
  const gradients = gradient(
    loss,
    names.map((name) => inputs.get(name)!),
  );
  const outputs = {
    loss,
    ...metrics,
    ...Object.fromEntries(names.map((name, i) => [`by ${name}`, gradients[i]!])),
    kept: updates.get('riemannian.centroids')!,
  };
  const session = await compile({ inputs: [...inputs.values()], outputs }, { threads: 1 });
  const feeds = [...inputs.keys()].map((name) => [name, given[name]!] as const);
  const found = await session.run(Object.fromEntries(feeds));
  await session.release();
  return { found, names, given };
}

describe('a Riemannian Hamiltonian posterior', () => {
  test('in training has the loss and the gradients of PyTorch, and keeps examples of the batch', async () => {
    const noises = moving(fixture.several!, fixture.severalMomenta!);
    const { found, names, given } = await trainingStep(noises);
    for (const [name, value] of Object.entries(scalars['riemannian training']!)) {
      expect(Math.abs((found[name]!.data as Float32Array)[0]! / value - 1), name).toBeLessThan(
        1e-5,
      );
    }
    for (const name of names) {
      const peer = fixture[`riemannian training.gradient.${name}`]!.data as Float32Array;
      const own = found[`by ${name}`]!.data as Float32Array;
      expect(relativeError(own, peer), name).toBeLessThan(1e-5);
    }
    // Replaces each kept example, as the batch has more than are kept.
    const before = given['riemannian.centroids']!.data as Float32Array;
    expect((found.kept!.data as Float32Array).some((each, i) => each === before[i])).toBe(false);
  });

  test('weighs its draws so that their mean is p(x)', async () => {
    const model = linearVAE(
      'some',
      riemannianHamiltonian({ stepSize: 0.03, hidden: 4, centroids: 8, regularization: 0.5 }),
    );
    const { 'riemannian.centroids': centroids, 'riemannian.matrices': matrices } =
      model.parameters();
    const diagonal = (i: number) => (i % 4 === 0 && i % 9 < 9 ? 0.4 : 0);
    model.setParameters({
      'riemannian.centroids': new Tensor(
        'float32',
        Float32Array.from(spaced([8, 3], -2, 2)),
        centroids!.dims,
      ),
      'riemannian.matrices': new Tensor(
        'float32',
        Float32Array.from({ length: matrices!.size }, (_, i) => diagonal(i % 9)),
        matrices!.dims,
      ),
    });
    const { mean, error } = await model.logLikelihood(data, { samples: 300 });
    expect(error).toBeLessThan(0.03);
    expect(Math.abs(mean - exact)).toBeLessThan(3.5 * error);
    await model.release();
  });

  test("trains, and its metric draws latents near the data's", async () => {
    const small = { leapfrogSteps: 2, hidden: 8, centroids: 40, temperature: 0.6 };
    const model = smallVAE({ objective: riemannianHamiltonian(small) });
    await expect(
      model.fitSampler(samplers.riemannian(), corners(4)).then(() => model.sample(2)),
    ).rejects.toThrow('The metric has no centroids before the model is trained.');
    const { epochs } = await model.fit(corners(128), {
      epochs: 12,
      batchSize: 32,
      optimizer: adam({ learningRate: 0.02 }),
    });
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss);
    const centroids = model.parameters()['riemannian.centroids']!.data as Float32Array;
    expect(centroids.every((each) => each !== 0)).toBe(true);
    await model.fitSampler(samplers.riemannian({ transitions: 5, leapfrogSteps: 4 }), corners(4));
    const drawn = await model.sample(16, { seed: 3 });
    expect(await model.sample(16, { seed: 3 })).toEqual(drawn);
    expect(drawn.dims).toEqual([16, 1, 4, 4]);
    await model.release();
  });
});

test('the sampler draws by the volume of the metric', async () => {
  // Volume √|G⁻¹(z)| around one centroid with M = I and next to no λ: exp(−‖z‖² / T²) in two dimensions.
  const temperature = 1.2;
  const scalar = (value: number) => new Tensor('float32', Float32Array.of(value), []);
  const parameters = {
    'riemannian.centroids': new Tensor('float32', new Float32Array(2), [1, 2]),
    'riemannian.matrices': new Tensor('float32', Float32Array.of(1, 0, 0, 1), [1, 2, 2]),
    'riemannian.temperature': scalar(temperature),
    'riemannian.regularization': scalar(1e-9),
  };
  const chains = samplers.riemannian({ transitions: 20, leapfrogSteps: 6, stepSize: 0.25 });
  const stream = randomStream(4, 'draws');
  const drawn = await chains.draw([2000, 2], { stream, parameters, fitted: {} });
  for (const axis of [0, 1]) {
    const values = [...drawn].filter((_, i) => i % 2 === axis);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.07);
    expect(Math.abs(variance / (temperature ** 2 / 2) - 1)).toBeLessThan(0.1);
  }
});

test('the sampler needs a learnt metric', async () => {
  const model = smallVAE();
  await expect(model.fitSampler(samplers.riemannian(), corners(4))).rejects.toThrow(
    'The sampler riemannian needs a model with a learnt metric.',
  );
  await model.release();
});
