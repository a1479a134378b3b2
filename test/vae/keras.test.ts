import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { adam, dense, reshape, VAE } from '../../src/index.js';
import { compileTraining } from '../../src/step/program.js';
import { readFixture, readJson, relativeError, take, withPrefix } from '../fixtures.js';
import { layoutOf } from '../training/programs.js';

interface Scalars {
  readonly loss: number;
  readonly reconstruction: number;
  /** The term of the loss, as the peer weighs it. */
  readonly kl: number;
}

const shape = [1, 28, 28];

function referenceModel(reduction: 'mean' | 'sum'): VAE {
  return new VAE({
    input: shape,
    latent: 2,
    encoder: [dense(2, { activation: 'relu' })],
    decoder: [dense(784), reshape(shape)],
    likelihood: 'bernoulli',
    kl: { weight: 0.5, reduction },
  });
}

function parametersFor(vae: VAE, tensors: Record<string, Tensor>): Record<string, Tensor> {
  return Object.fromEntries(Object.keys(vae.parameters()).map((name) => [name, tensors[name]!]));
}

async function compareGradients(
  vae: VAE,
  images: Tensor,
  epsilon: Tensor,
  scalars: Scalars,
  gradients: Record<string, Tensor>,
): Promise<number> {
  const result = await vae.valueAndGradients(images, { epsilon });
  const term = result.metrics.weightedKl ?? result.kl;
  expect(result.loss).toBeCloseTo(scalars.loss, 2);
  for (const [name, value] of Object.entries({ ...result, kl: term })) {
    if (!(name in scalars)) continue;
    const expected = scalars[name as keyof Scalars];
    expect(Math.abs((value as number) / expected - 1), name).toBeLessThan(1e-5);
  }
  expect(Object.keys(result.gradients).sort()).toEqual(Object.keys(gradients).sort());
  for (const [name, gradient] of Object.entries(result.gradients)) {
    const expected = gradients[name]!;
    expect(gradient.dims).toEqual(expected.dims);
    const error = relativeError(gradient.data as Float32Array, expected.data as Float32Array);
    expect(error, name).toBeLessThan(1e-5);
  }
  await vae.release();
  return result.kl;
}

describe('the reference VAE against Keras', async () => {
  const fixture = await readFixture('keras-reference.safetensors');
  const json = await readJson<{ mean: Scalars; sum: Scalars }>('keras-reference.json');
  const order = Array.from(fixture.indices!.data as BigInt64Array, Number);

  test.each(['mean', 'sum'] as const)('loss and gradients, KL by %s', async (reduction) => {
    const vae = referenceModel(reduction);
    vae.setParameters(parametersFor(vae, fixture));
    const epsilon = new Tensor(
      'float32',
      (fixture.epsilon!.data as Float32Array).slice(0, 64),
      [32, 2],
    );
    const images = take(fixture.images!, order.slice(0, 32));
    const gradients = withPrefix(fixture, `${reduction}.gradient.`);
    const kl = await compareGradients(vae, images, epsilon, json[reduction], gradients);
    // The peer's sum over latents with weight ½ is the divergence itself.
    expect(Math.abs(kl / json.sum.kl - 1)).toBeLessThan(1e-5);
    const floats = Float32Array.from(images.data as Uint8Array, (value) => value / 255);
    const asFloats = new Tensor('float32', floats, images.dims);
    await compareGradients(vae, asFloats, epsilon, json[reduction], gradients);
  });

  test('200 steps of Adam', async () => {
    const vae = referenceModel('mean');
    const initial = parametersFor(vae, fixture);
    const optimizer = adam();
    const layout = layoutOf(initial, { optimizer });
    const program = await compileTraining(vae.model(), layout, 'uint8', { threads: 1 });
    const before = layout.initialState(initial);
    const rates = Array.from({ length: 200 }, (_, i) => optimizer.scalars(i + 1, 0.001).rate!);
    const results = await program.session.run({
      ...before,
      iterations: new Tensor('int64', [200n], []),
      images: take(fixture.images!, order).reshape([200, 32, ...shape]),
      'noise/sampling.noise0': fixture.epsilon!,
      'number/optimizer/rate': new Tensor('float32', rates, [200]),
      'schedule/klWeight': new Tensor('float32', [0.5], []),
    });
    const losses = results.loss!.data as Float32Array;
    const expected = fixture.losses!.data as Float32Array;
    losses.forEach((loss, i) => {
      expect(Math.abs(loss / expected[i]! - 1), `step ${i + 1}`).toBeLessThan(1e-4);
    });
    expect(expected[199]!).toBeLessThan(0.9 * expected[0]!);
    const after = Object.fromEntries(
      Object.keys(before).map((name) => [name, results[`${name}.next`]!]),
    );
    for (const [name, tensor] of Object.entries(layout.modelOf(after))) {
      const final = fixture[`final.${name}`]!.data as Float32Array;
      expect(relativeError(tensor.data as Float32Array, final), name).toBeLessThan(1e-4);
    }
    await program.session.release();
  });
});

test('a textbook VAE with tanh layers against Keras', async () => {
  const fixture = await readFixture('keras-mlp.safetensors');
  const { images } = await readFixture('keras-reference.safetensors');
  const json = await readJson<{ sum: Scalars }>('keras-mlp.json');
  const vae = new VAE({
    input: shape,
    latent: 3,
    encoder: [dense(16, { activation: 'tanh' })],
    decoder: [dense(16, { activation: 'tanh' }), dense(784), reshape(shape)],
  });
  vae.setParameters(parametersFor(vae, fixture));
  const first = take(
    images!,
    Array.from({ length: 32 }, (_, i) => i),
  );
  const gradients = withPrefix(fixture, 'sum.gradient.');
  await compareGradients(vae, first, fixture.epsilon!, json.sum, gradients);
});
