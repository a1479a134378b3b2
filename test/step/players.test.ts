import { describe, expect, test } from 'vitest';
import {
  add,
  compileLoop,
  mean,
  mul,
  negate,
  softplus,
  type Value,
} from '../../src/graph/index.js';
import {
  adam,
  type Checkpoint,
  dense,
  type FitOptions,
  fromArray,
  type Objective,
  sgd,
  Tensor,
  VAE,
  waeMmd,
} from '../../src/index.js';
import { relativeError } from '../fixtures.js';
import { feedsOf, programOf } from '../training/programs.js';

const discriminator = [dense(1)];

/** −log σ(x) of each logit: the loss of a logit that should say yes. */
const saysYes = (logits: Value) => mean(softplus(negate(logits)));
const saysNo = (logits: Value) => mean(softplus(logits));

/**
 * An adversarial autoencoder (Makhzani et al. 2016, https://arxiv.org/abs/1511.05644): a
 * discriminator tells latents from draws of the prior, and the encoder learns to mislead it.
 */
const adversarial: Objective = {
  ...waeMmd(),
  type: 'adversarial',
  options: {},
  schedules: {},
  players: [
    { name: 'discriminator', owns: ['discriminator'], optimizer: sgd({ learningRate: 0.1 }) },
  ],
  terms({ sample, negativeLogLikelihood, network, prior }) {
    const z = sample();
    const judge = (latents: Value) => network('discriminator', discriminator, latents);
    const reconstruction = mean(negativeLogLikelihood(z));
    const judged = judge(z);
    return {
      loss: add(reconstruction, mul(saysYes(judged), 2)),
      losses: { discriminator: add(saysYes(judge(prior(z))), saysNo(judged)) },
      metrics: { reconstruction },
    };
  },
};

const model = (objective = adversarial) =>
  new VAE({
    input: [4],
    latent: 2,
    encoder: [dense(3, { activation: 'tanh' })],
    decoder: [dense(4)],
    likelihood: 'mse',
    objective,
    seed: 3,
  });

const values = Float32Array.from({ length: 160 }, (_, i) => ((i * 37) % 101) / 100);
const data = fromArray(values, [4]);

const numbers = ({ data }: Tensor) => [...(data as Float32Array)];
const isOf = (path: string) => (name: string) => name.startsWith(`${path}.`);
const flat = (tensors: Record<string, Tensor>, keep = (_: string) => true) =>
  Object.keys(tensors)
    .filter(keep)
    .flatMap((name) => numbers(tensors[name]!));

async function trained(options: FitOptions, vae = model()) {
  const history = await vae.fit(data, { epochs: 1, batchSize: 40, ...options });
  return { parameters: vae.parameters(), history, vae };
}

const still = sgd({ learningRate: 0 });

test('the discriminator is a network of the model, and its loss is told', async () => {
  const { parameters, history } = await trained({});
  expect(Object.keys(parameters)).toEqual([
    ...['encoder.0.weight', 'encoder.0.bias', 'mean.weight', 'mean.bias'],
    ...['decoder.0.weight', 'decoder.0.bias', 'discriminator.0.weight', 'discriminator.0.bias'],
  ]);
  const [{ loss, discriminator_loss, reconstruction } = {} as never] = history.epochs;
  expect(loss).toBeGreaterThan(reconstruction);
  // Two losses of a coin's toss.
  expect(discriminator_loss).toBeGreaterThan(0.5);
  expect(discriminator_loss).toBeLessThan(3);
});

test('each player moves its own parameters, and no others', async () => {
  const before = model().parameters();
  const own = isOf('discriminator');
  const others = (name: string) => !own(name);
  const one = await trained({ optimizer: still });
  expect(flat(one.parameters, others)).toEqual(flat(before, others));
  expect(flat(one.parameters, own)).not.toEqual(flat(before, own));
  const other = await trained({ players: { discriminator: { optimizer: still } } });
  expect(flat(other.parameters, own)).toEqual(flat(before, own));
  expect(flat(other.parameters, others)).not.toEqual(flat(before, others));
});

test('a step of the discriminator follows the gradient of its own loss', async () => {
  // Every latent is at the encoder's bias 0, and all weights are 0: D(z) = 0 before and after the
  // prior's draw.
  const vae = model();
  const zeros = Object.fromEntries(
    Object.entries(vae.parameters()).map(([name, tensor]) => {
      return [name, new Tensor('float32', new Float32Array(tensor.size), tensor.dims)];
    }),
  );
  zeros['discriminator.0.bias']!.data[0] = 0.5;
  vae.setParameters(zeros);
  const rate = 0.1;
  const { parameters } = await trained({ optimizer: still }, vae);
  // The loss of a bias b alone is softplus(−b) + softplus(b): its derivative is 2 σ(b) − 1.
  const slope = 2 / (1 + Math.exp(-0.5)) - 1;
  expect(numbers(parameters['discriminator.0.bias']!)[0]).toBeCloseTo(0.5 - rate * slope, 6);
});

test('a step of the model follows the gradient through the discriminator, which stays', async () => {
  const { players: _, ...alone } = adversarial;
  const free: Objective = {
    ...alone,
    terms({ sample, negativeLogLikelihood }) {
      const reconstruction = mean(negativeLogLikelihood(sample()));
      return { loss: reconstruction, metrics: { reconstruction } };
    },
  };
  const biasAfter = async (objective: Objective) => {
    const vae = model(objective);
    const players = objective.players ? { discriminator: { optimizer: still } } : {};
    const { parameters } = await trained({ optimizer: sgd({ learningRate: 1 }), players }, vae);
    return numbers(parameters['mean.bias']!);
  };
  const vae = model();
  const z = numbers((await vae.encode(new Tensor('float32', values, [40, 4]))).mean);
  const [w, [b]] = ['weight', 'bias'].map((name) =>
    numbers(vae.parameters()[`discriminator.0.${name}`]!),
  ) as [number[], number[]];
  // d softplus(−D) / dz = −σ(−D) w, twice by its weight, and the mean over the batch.
  const pull = Array.from({ length: 40 }, (_, i) => {
    const logit = w[0]! * z[2 * i]! + w[1]! * z[2 * i + 1]! + b!;
    return 2 / (1 + Math.exp(logit)) / 40;
  }).reduce((sum, x) => sum + x, 0);
  const [led, unled] = [await biasAfter(adversarial), await biasAfter(free)];
  [0, 1].forEach((k) => {
    expect(led[k]! - unled[k]!).toBeCloseTo(pull * w[k]!, 5);
  });
});

describe('a resumed training of two players is the unbroken one', () => {
  test.each<[string, FitOptions]>([
    ['plain', {}],
    ['with every stage', { accumulate: 3, ema: 0.9, clipGradients: { norm: 0.5 } }],
    ['with Adam for both', { players: { discriminator: { optimizer: adam() } } }],
  ])('%s', async (_, options) => {
    const taken: Checkpoint[] = [];
    const settings = { epochs: 3, batchSize: 8, ...options };
    const whole = await trained({
      ...settings,
      checkpoint: { steps: 7 },
      callbacks: [{ onCheckpoint: (each) => void taken.push(each) }],
    });
    expect(taken.length).toBeGreaterThan(2);
    for (const resume of taken.slice(0, 2)) {
      const again = await trained({ ...settings, resume });
      expect(flat(again.parameters)).toEqual(flat(whole.parameters));
    }
  });

  test('its checkpoint names the player before the kind', async () => {
    const taken: Checkpoint[] = [];
    await trained({
      players: { discriminator: { optimizer: adam() } },
      callbacks: [{ onCheckpoint: (each) => void taken.push(each) }],
    });
    const names = Object.keys(taken[0]!.tensors);
    expect(names).toContain('discriminator:optimizer/m/discriminator.0.weight');
    expect(names).toContain('optimizer/m/encoder.0.weight');
    expect(names.some((name) => name.startsWith('parameters/discriminator'))).toBe(false);
  });
});

test('the steps of a call do not matter', async () => {
  const [a, b] = [
    await trained({ batchSize: 8, stepsPerCall: 1 }),
    await trained({ batchSize: 8, stepsPerCall: 5 }),
  ];
  expect(flat(a.parameters)).toEqual(flat(b.parameters));
});

test('in microbatches both players have the gradients of the whole batch', async () => {
  const [whole, cut] = [
    programOf(model(), 'float32'),
    programOf(model(), 'float32', { batchSize: 32, cacheBytes: 64 }),
  ];
  expect(cut.microbatches).toBeDefined();
  const feeds = feedsOf(whole, 5, 2, 32);
  const results = [];
  for (const program of [whole, cut]) {
    const session = await compileLoop(program, { threads: 1 });
    results.push(await session.run(feeds));
    await session.release();
  }
  const [a, b] = results as [Record<string, Tensor>, Record<string, Tensor>];
  const states = Object.keys(a).filter((name) => name.includes('optimizer/'));
  expect(states.some((name) => name.startsWith('discriminator:'))).toBe(true);
  for (const name of Object.keys(a)) {
    expect(relativeError(numbers(b[name]!), numbers(a[name]!)), name).toBeLessThan(1e-5);
  }
});

describe('players are checked', () => {
  const broken = (change: Partial<Objective>) => model({ ...adversarial, ...change });
  test.each<[string, Partial<Objective>, FitOptions, string]>([
    ['no such path', { players: [{ name: 'critic', owns: ['critic'] }] }, {}, 'critic owns critic'],
    [
      'no loss',
      { players: [...adversarial.players!, { name: 'judge', owns: ['encoder'] }] },
      {},
      'no loss for its player judge',
    ],
    ['a loss of nobody', { players: [] }, {}, 'a loss for discriminator'],
    ['settings of nobody', {}, { players: { judge: { optimizer: sgd() } } }, "no player 'judge'"],
  ])('%s', async (_, change, options, message) => {
    await expect(trained(options, broken(change))).rejects.toThrow(message);
  });
});
