import { Tensor } from 'onnxruntime-common';
import { randomStream } from '../../../src/base/random.js';
import { elementCount } from '../../../src/base/shape.js';
import { describeInput } from '../../../src/data/input.js';
import { compile, gradient, input, mul, sum, type Value } from '../../../src/graph/index.js';
import type { LikelihoodOptions } from '../../../src/index.js';
import { drawNoise, noiseArray, noiseType } from '../../../src/step/noise.js';
import { tracingScope } from '../../../src/step/tracing.js';
import { likelihoodFromConfig } from '../../../src/vae/likelihoods/index.js';
import type { Likelihood } from '../../../src/vae/likelihoods/likelihood.js';

/** A likelihood with a name, as in the fixtures of bench/peers/torch_likelihood_fixtures.py. */
export const cases: Readonly<Record<string, LikelihoodOptions>> = {
  bernoulli: 'bernoulli',
  'bernoulli.extreme': 'bernoulli',
  continuousBernoulli: 'continuousBernoulli',
  'continuousBernoulli.extreme': 'continuousBernoulli',
  'gaussian.fixed': { type: 'gaussian', variance: 0.1 },
  'gaussian.shared': 'gaussian',
  'gaussian.pixel': { type: 'gaussian', variance: 'pixel' },
  'gaussian.extreme': { type: 'gaussian', variance: 'pixel' },
  'laplace.fixed': { type: 'laplace', scale: 0.2 },
  'laplace.shared': 'laplace',
  'laplace.pixel': { type: 'laplace', scale: 'pixel' },
  'laplace.extreme': { type: 'laplace', scale: 'pixel' },
  'discretizedLogistic.one': { type: 'discretizedLogistic', mixtures: 1 },
  'discretizedLogistic.mixture': { type: 'discretizedLogistic', mixtures: 3 },
  'discretizedLogistic.narrow': { type: 'discretizedLogistic', mixtures: 2 },
  'discretizedLogistic.extreme': { type: 'discretizedLogistic', mixtures: 2 },
  'categorical.two': { type: 'categorical', levels: 2 },
  'categorical.bytes': 'categorical',
  'categorical.extreme': { type: 'categorical', levels: 4 },
  msSsim: 'msSsim',
  'msSsim.small': { type: 'msSsim', weight: 7 },
  mse: 'mse',
};

/** A likelihood of images [1, 4, 4]. */
export const likelihoodOf = (options: LikelihoodOptions): Likelihood =>
  likelihoodFromConfig(
    options as Parameters<typeof likelihoodFromConfig>[0],
    describeInput([1, 4, 4]),
  );

/** Inputs of a likelihood. */
export interface Given {
  /** [N, C, ...] */
  readonly x: Tensor;
  /** [N, k·C, ...] */
  readonly parameters: Tensor;
  /** The trained number of likelihoods that have one. */
  readonly scalar?: number | undefined;
  /** Weights of each example's nats in the scalar that is differentiated, [N]; 1 when left out. */
  readonly weights?: Tensor | undefined;
}

const scalarTensor = (value = 0) => new Tensor('float32', Float32Array.of(value), []);

/** A likelihood over graph inputs, run by ONNX Runtime in float32. */
export async function evaluateLikelihood(likelihood: Likelihood, given: Given) {
  const { x, parameters, scalar } = given;
  const count = x.dims[0]!;
  const weights = given.weights ?? new Tensor('float32', new Float32Array(count).fill(1), [count]);
  const inputs = {
    x: input('x', ['batch', ...x.dims.slice(1)]),
    parameters: input('parameters', ['batch', ...parameters.dims.slice(1)]),
    weights: input('weights', ['batch']),
  };
  const shared = input('scalar', []);
  const names: string[] = [];
  const { scope } = tracingScope(
    false,
    ({ name }) => {
      names.push(name);
      return shared;
    },
    input,
  );
  const nats = likelihood.negativeLogLikelihood(
    inputs.x,
    inputs.parameters,
    scope.child('likelihood'),
  );
  const by = [inputs.parameters, ...(names.length > 0 ? [shared] : []), inputs.x];
  const gradients = gradient(sum(mul(nats, inputs.weights)), by);
  const outputs: Record<string, Value> = {
    nats,
    mean: likelihood.mean(inputs.parameters, scope.child('likelihood')),
    byParameters: gradients[0]!,
    ...(names.length > 0 ? { byScalar: gradients[1]! } : {}),
    byX: gradients.at(-1)!,
  };
  const isFed = names.length > 0;
  const session = await compile(
    { inputs: [...Object.values(inputs), ...(isFed ? [shared] : [])], outputs },
    { threads: 1 },
  );
  const results = await session.run({
    x,
    parameters,
    weights,
    ...(isFed ? { scalar: scalarTensor(scalar) } : {}),
  });
  await session.release();
  const data = (name: string) => results[name]!.data as Float32Array;
  return {
    names,
    nats: data('nats'),
    mean: data('mean'),
    byParameters: data('byParameters'),
    byX: data('byX'),
    ...(isFed ? { byScalar: data('byScalar')[0]! } : {}),
  };
}

/** Draws from p(x | z), of the parameters' batch. */
export async function drawFrom(
  likelihood: Likelihood,
  parameters: Tensor,
  scalar = 0,
): Promise<Float32Array> {
  const p = input('parameters', ['batch', ...parameters.dims.slice(1)]);
  const shared = input('scalar', []);
  let isFed = false;
  const { scope, noises } = tracingScope(
    false,
    () => {
      isFed = true;
      return shared;
    },
    (name, shape, dtype) => input(`noise/${name}`, shape, dtype),
  );
  const drawn = likelihood.draw!(p, scope);
  const inputs = [p, ...noises.map(({ value }) => value), ...(isFed ? [shared] : [])];
  const session = await compile({ inputs, outputs: { drawn } }, { threads: 1 });
  const noise = noises.map(({ name, kind, shape }) => {
    const dims = shape.map((size) => (typeof size === 'number' ? size : parameters.dims[0]!));
    const values = new (noiseArray(kind))(elementCount(dims));
    drawNoise(kind, randomStream(3, name), values);
    return [`noise/${name}`, new Tensor(noiseType(kind), values, dims)] as const;
  });
  const results = await session.run({
    parameters,
    ...Object.fromEntries(noise),
    ...(isFed ? { scalar: scalarTensor(scalar) } : {}),
  });
  await session.release();
  return results.drawn!.data as Float32Array;
}
