import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  adam,
  betaVae,
  capacity,
  conditional,
  freeBits,
  graph,
  type Objective,
  objectiveFromConfig,
  VAE,
} from '../../../src/index.js';
import { corners, smallVAE } from '../small.js';
import { cases, modelOf } from './cases.js';

let parent: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'vaekit-objectives-'));
});

afterAll(() => rm(parent, { recursive: true }));

const values = (tensor: Tensor | undefined) => tensor!.data as Float32Array;
const close = (a: Float32Array, b: Float32Array) => {
  expect(a).toHaveLength(b.length);
  a.forEach((value, i) => {
    expect(value).toBeCloseTo(b[i]!, 5);
  });
};
const images = new Tensor(
  'float32',
  Float32Array.from({ length: 30 }, (_, i) => Math.sin(i) ** 2),
  [5, 1, 2, 3],
);

describe.each(cases)('$name', (each) => {
  const labels = each.options.labels && Array.from(each.options.labels).slice(0, 5);

  test('saves and loads', async () => {
    const model = modelOf(each);
    const path = join(parent, each.name);
    await model.save(path);
    const again = await VAE.load(path);
    expect(again.config).toEqual(model.config);
    expect(JSON.parse(JSON.stringify(model.config))).toEqual(model.config);
    expect(again.config.objective!.type).toBe(each.objective.type);
    expect(Object.keys(again.parameters())).toEqual(Object.keys(model.parameters()));
    const [a, b] = [await model.encode(images, { labels }), await again.encode(images, { labels })];
    expect(values(b.mean)).toEqual(values(a.mean));
    if (model.hasPrior)
      expect(values(await again.sample(4))).toEqual(values(await model.sample(4)));
    const [x, y] = [
      await model.valueAndGradients(await batchOf(), each.options),
      await again.valueAndGradients(await batchOf(), each.options),
    ];
    expect(y.loss).toBe(x.loss);
  });

  test('its ONNX files give the same as the library', async () => {
    const model = modelOf(each);
    const label = labels && {
      label: new Tensor('int64', BigInt64Array.from(labels, BigInt), [5]),
    };
    const encoder = await InferenceSession.create(model.exportEncoder());
    expect(encoder.inputNames).toEqual(labels ? ['image', 'label'] : ['image']);
    const outputs = await encoder.run({ image: images, ...label });
    const encoding = await model.encode(images, { labels });
    close(values((outputs.mean ?? outputs.z) as Tensor), values(encoding.mean));
    if (model.hasGaussianPosterior) {
      close(values(outputs.log_variance as Tensor), values(encoding.logVariance));
    }
    if (encoding.codes) expect(outputs.codes!.data).toEqual(encoding.codes.data);
    const decoder = await InferenceSession.create(model.exportDecoder());
    expect(decoder.inputNames).toEqual(labels ? ['z', 'label'] : ['z']);
    const { image } = await decoder.run({ z: encoding.mean, ...label });
    close(values(image as Tensor), values(await model.reconstruct(images, { labels })));
    await Promise.all([encoder.release(), decoder.release()]);
  });
});

async function batchOf(): Promise<Tensor> {
  const { fixture } = await import('./cases.js');
  return fixture.images!;
}

test('config files describe objectives inside objectives, and schedules', () => {
  const beta = { type: 'linear', from: 0, to: 2, steps: 10 } as const;
  const objective = conditional({ classes: 3, objective: betaVae({ beta }) });
  const config = { type: 'conditional', classes: 3, objective: { type: 'betaVae', beta } };
  expect(smallVAE({ objective }).config.objective).toEqual(config);
  expect(objectiveFromConfig(config, 'model.objective').options).toEqual(objective.options);
});

describe('a wrong one is refused in one line', () => {
  test.each([
    [
      { type: 'betaVea' },
      "model.objective.type: unknown objective 'betaVea'. Did you mean 'betaVae'?",
    ],
    [{ type: 'betaVae', beat: 3 }, "model.objective: unknown key 'beat'. Did you mean 'beta'?"],
    [
      { type: 'conditional', classes: 3, objective: { type: 'iwae', sample: 3 } },
      "model.objective.objective: unknown key 'sample'. Did you mean 'samples'?",
    ],
  ])('%j', (config, message) => {
    expect(() => objectiveFromConfig(config, 'model.objective')).toThrow(message);
  });

  test('kl beside an objective', () => {
    expect(() => smallVAE({ kl: { weight: 1 }, objective: betaVae() })).toThrow(
      'VAE: kl and objective exclude each other. Give the objective the weight, as in betaVae({ beta: 4 }).',
    );
  });

  test('noise that is missing', async () => {
    const model = smallVAE({ objective: betaVae() });
    await expect(model.valueAndGradients(corners(3).images, {})).rejects.toThrow(
      'epsilon is missing, but 3 images need float32 [3, 2].',
    );
  });

  test('an objective without a prior has no samples', async () => {
    const model = modelOf(cases.find(({ name }) => name === 'autoencoder')!);
    expect(model.hasPrior).toBe(false);
    await expect(model.sample(3)).rejects.toThrow(
      'The objective autoencoder has no prior to draw from. Fit a sampler to its latents, as by fitSampler(samplers.gaussian(), data), or train with another one, such as vae.',
    );
  });
});

test("a user's own objective trains, saves and is given again to load", async () => {
  const own: Objective = {
    ...betaVae(),
    type: 'own',
    options: {},
    schedules: {},
    terms({ sample, negativeLogLikelihood }) {
      const reconstruction = graph.mean(negativeLogLikelihood(sample()));
      return { loss: graph.mul(reconstruction, 2), metrics: { reconstruction } };
    },
  };
  const model = smallVAE({ objective: own });
  const { epochs } = await model.fit(corners(64), { epochs: 3 });
  expect(epochs[2]!.loss).toBeCloseTo(2 * epochs[2]!.reconstruction!, 4);
  const path = join(parent, 'own');
  await model.save(path);
  await expect(VAE.load(path)).rejects.toThrow(
    `${path}/config.json: model.objective.type: unknown objective 'own'.`,
  );
  const again = await VAE.load(path, { objective: own });
  expect((await again.evaluate(corners(64))).loss).toBe((await model.evaluate(corners(64))).loss);
});

describe('purposes of objectives', () => {
  const train = async (objective: Objective) => {
    const model = smallVAE({ objective });
    await model.fit(corners(256), { epochs: 60, optimizer: adam({ learningRate: 0.01 }) });
    return model.evaluate(corners(256));
  };

  test('free bits are used', async () => {
    const { kl } = await train(freeBits({ lambda: 1 }));
    expect(kl).toBeGreaterThan(1.9);
  });

  test('the capacity is met', async () => {
    const { kl } = await train(capacity({ gamma: 20, to: 1.5, steps: 200 }));
    expect(kl).toBeCloseTo(1.5, 1);
  });

  test('a larger β gives a smaller KL', async () => {
    const [small, large] = [await train(betaVae({ beta: 0.5 })), await train(betaVae({ beta: 2 }))];
    expect(large.kl).toBeLessThan(small.kl! - 0.2);
  });
});
