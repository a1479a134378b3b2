import { expect, test } from 'vitest';
import {
  batchNorm,
  conditional,
  dense,
  fromArray,
  judges,
  samplers,
  type Tensor,
  VAE,
  vae,
  vampPrior,
} from '../../../src/index.js';
import { corners, smallVAE } from '../small.js';

const data = corners(64);
const numbers = ({ data: values }: Tensor) => [...(values as Float32Array)];
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const pseudoInputs = (model: VAE) => model.parameters()['prior.pseudoInputs']!;

test('pseudo-inputs begin about their mean, and are trained', async () => {
  const model = smallVAE({ objective: vampPrior({ components: 200, mean: 0.4, deviation: 0.02 }) });
  const before = pseudoInputs(model);
  expect(before.dims).toEqual([200, 1, 4, 4]);
  const mean = meanOf(numbers(before));
  const deviation = Math.sqrt(meanOf(numbers(before).map((x) => (x - mean) ** 2)));
  expect(mean).toBeCloseTo(0.4, 2);
  expect(deviation).toBeCloseTo(0.02, 3);
  await model.fit(data, { epochs: 1 });
  expect(numbers(pseudoInputs(model))).not.toEqual(numbers(before));
  await model.release();
});

/** A model of rows of two numbers; its decoder shows z where it has as many. */
const rows = (latent: number) =>
  new VAE({
    input: [2],
    latent,
    encoder: [dense(5, { activation: 'tanh' })],
    decoder: [dense(2)],
    likelihood: { type: 'gaussian', variance: 0.5 },
    objective: vampPrior({ components: 4, mean: 0, deviation: 2 }),
    seed: 3,
  });

/** The components of its prior: means and variances of each. */
async function componentsOf(model: VAE) {
  const inputs = pseudoInputs(model);
  const { mean, logVariance } = await model.encode(inputs);
  return { means: numbers(mean), variances: numbers(logVariance).map(Math.exp) };
}

test('the prior that is drawn from is the mixture of the posteriors at the pseudo-inputs', async () => {
  const model = rows(2);
  const weights = { 'decoder.0.weight': [1, 0, 0, 1], 'decoder.0.bias': [0, 0] };
  for (const [name, values] of Object.entries(weights)) {
    const tensor = model.parameters()[name]!;
    (tensor.data as Float32Array).set(values);
    model.setParameters({ [name]: tensor });
  }
  const { means, variances } = await componentsOf(model);
  const drawn = numbers(await model.sample(20_000, { seed: 1 }));
  for (const latent of [0, 1]) {
    const of = (values: readonly number[]) => values.filter((_, i) => i % 2 === latent);
    const squares = of(means).map((m, k) => m ** 2 + of(variances)[k]!);
    expect(Math.abs(meanOf(of(drawn)) - meanOf(of(means)))).toBeLessThan(0.03);
    expect(Math.abs(meanOf(of(drawn).map((z) => z ** 2)) - meanOf(squares))).toBeLessThan(0.06);
  }
  await model.release();
});

test('log p(x) agrees with integration over z under the mixture', async () => {
  const model = rows(1);
  const { means, variances } = await componentsOf(model);
  const { 'decoder.0.weight': weight, 'decoder.0.bias': bias } = model.parameters();
  const [w, b] = [numbers(weight!), numbers(bias!)];
  const density = (x: number, mean: number, variance: number) =>
    Math.exp(-((x - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
  const x = [0.3, -0.8];
  let evidence = 0;
  const step = 0.01;
  for (let z = -12; z <= 12; z += step) {
    const prior = meanOf(means.map((mean, k) => density(z, mean, variances[k]!)));
    evidence += x.reduce((p, value, i) => p * density(value, w[i]! * z + b[i]!, 0.5), prior) * step;
  }
  const found = await model.logLikelihood(fromArray(Float32Array.from(x), [2]), { samples: 4000 });
  expect(Math.abs(found.mean - Math.log(evidence))).toBeLessThan(0.02);
  await model.release();
});

test('pseudo-inputs do not count in the running means of the encoder', async () => {
  const running = async (objective: ReturnType<typeof vae>) => {
    const model = smallVAE({ objective, encoder: [dense(6), batchNorm()] });
    await model.fit(data, { epochs: 1, batchSize: 64 });
    await model.release();
    return numbers(model.parameters()['encoder.1.running_mean']!);
  };
  const [own, without] = [await running(vampPrior({ components: 5 })), await running(vae())];
  expect(Math.max(...own.map((mean, i) => Math.abs(mean - without[i]!)))).toBeLessThan(1e-7);
  expect(Math.max(...without.map(Math.abs))).toBeGreaterThan(0.01);
});

test('with labels, pseudo-inputs have labels of their own', async () => {
  const objective = conditional({ classes: 4, objective: vampPrior({ components: 5 }) });
  const model = smallVAE({ objective });
  expect(pseudoInputs(model).dims).toEqual([5, 16 + 4]);
  await model.fit(data, { epochs: 1 });
  expect((await model.sample(4)).dims).toEqual([4, 1, 4, 4]);
  await model.release();
});

test('measures that take the prior for N(0, I) are refused', async () => {
  const model = smallVAE({ objective: vampPrior({ components: 5 }) });
  expect([model.hasGaussianPosterior, model.hasLatentKl, model.hasBound]).toEqual([
    true,
    false,
    true,
  ]);
  const judged = (metric: string) => judges.judge(model, data, { metrics: [metric] });
  const { figures } = await judged('mutualInformation');
  expect(figures.mutualInformation!.value).toBeGreaterThan(0);
  await expect(judged('aggregateDivergence')).rejects.toThrow('the prior is not N(0, I)');
  expect((await model.health(data)).klPerLatent).toEqual([]);
  await model.release();
});

test('a model without pseudo-inputs has no such prior', async () => {
  const model = smallVAE();
  await expect(model.fitSampler(samplers.vampPrior(), data)).rejects.toThrow(
    'the prior of the objective vampPrior',
  );
  await model.release();
});
