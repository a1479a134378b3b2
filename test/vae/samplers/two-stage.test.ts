import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fillNormal, fillUniform, randomStream } from '../../../src/base/random.js';
import { gradient } from '../../../src/graph/index.js';
import { samplers, Tensor, VAE } from '../../../src/index.js';
import { CompiledFunction } from '../../../src/step/index.js';
import { secondLoss } from '../../../src/vae/samplers/two-stage/network.js';
import { readFixture, relativeError, withPrefix } from '../../fixtures.js';
import { corners, smallVAE } from '../small.js';
import { fitSources } from './sources.js';

/** The values of bench/peers/two_stage_fixtures.py. */
const fixture = await readFixture('torch-two-stage.safetensors');
const values = ({ data }: Tensor) => data as Float32Array;

test("the second VAE's loss and gradients are as by PyTorch", async () => {
  const parameters = withPrefix(fixture, 'parameter.');
  const compiled = await CompiledFunction.compile({ z: { shape: [3] } }, ({ z }, scope, known) => {
    const loss = secondLoss(z!, { hidden: 4, layers: 2 }, scope);
    const names = [...known.keys()];
    const gradients = gradient(
      loss,
      names.map((name) => known.get(name)!),
    );
    return { loss, ...Object.fromEntries(names.map((name, i) => [name, gradients[i]!])) };
  });
  const found = await compiled.run(parameters, { z: fixture.z! }, [fixture.epsilon!]);
  await compiled.release();
  expect(relativeError(values(found.loss!), values(fixture.loss!))).toBeLessThan(1e-6);
  const expected = withPrefix(fixture, 'gradient.');
  expect(Object.keys(found).sort()).toEqual(['loss', ...Object.keys(expected)].sort());
  for (const [name, peer] of Object.entries(expected)) {
    expect(relativeError(values(found[name]!), values(peer)), name).toBeLessThan(1e-5);
  }
});

/** Points of two clusters, of which a Gaussian's draws would lie between: [count, 2]. */
function clusters(count: number): Tensor {
  const [sides, noise] = [new Float32Array(count), new Float32Array(2 * count)];
  fillUniform(randomStream(3, 'sides'), sides);
  fillNormal(randomStream(3, 'noise'), noise);
  const points = noise.map((each, i) => 5 + (sides[i >> 1]! < 0.5 ? 3 : -3) + 0.5 * each);
  return new Tensor('float32', points, [count, 2]);
}

const small = { hidden: 32, layers: 2, learningRate: 0.005, batchSize: 50, epochs: 60 };

test('draws are where the latents are, and the bound tells so', async () => {
  const sampler = samplers.twoStage(small);
  const fitted = await sampler.fit!(clusters(1000), fitSources());
  // Two clusters, each a Gaussian: log ½ − log 2π − 2 log ½ − 1 on average.
  const density = Math.log(0.5) - Math.log(2 * Math.PI) - 2 * Math.log(0.5) - 1;
  const [bound] = values(fitted.heldOut!);
  expect(bound).toBeLessThan(density + 0.15);
  expect(bound).toBeGreaterThan(density - 0.7);
  expect(sampler.describe!(fitted)).toBe(`held-out ELBO ${bound!.toFixed(2)} nats`);
  const drawn = await sampler.draw([4000, 2], {
    stream: randomStream(1, 'sample'),
    parameters: {},
    fitted,
  });
  // Distances from 5 along the diagonal.
  const along = Array.from({ length: 4000 }, (_, i) => (drawn[2 * i]! + drawn[2 * i + 1]!) / 2 - 5);
  const near = along.filter((x) => Math.abs(Math.abs(x) - 3) < 1.2).length / 4000;
  const above = along.filter((x) => x > 0).length / 4000;
  expect(near).toBeGreaterThan(0.85);
  expect(Math.abs(above - 0.5)).toBeLessThan(0.12);
});

test('a model draws by it, and a saved run draws the same', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vaekit-two-stage-'));
  const data = corners(64);
  const vae = smallVAE();
  const told = await vae.fitSampler(samplers.twoStage({ ...small, epochs: 2 }), data);
  expect(told).toMatch(/^held-out ELBO -?[\d.]+ nats$/);
  const drawn = await vae.sample(5, { seed: 4 });
  await vae.save(join(folder, 'run'));
  const again = await VAE.load(join(folder, 'run'));
  expect(again.sampler).toMatchObject({ type: 'twoStage', options: { hidden: 32 } });
  expect(values(await again.sample(5, { seed: 4 }))).toEqual(values(drawn));
  await Promise.all([vae.release(), again.release(), rm(folder, { recursive: true })]);
});

test('too few latents are refused', async () => {
  const few = new Tensor('float32', new Float32Array(20), [10, 2]);
  await expect(samplers.twoStage().fit!(few, fitSources())).rejects.toThrow(
    'A second VAE is fitted to 20 latents or more, not 10.',
  );
});
