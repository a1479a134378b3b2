import { permutation, randomStream } from '../../../base/random.js';
import { subset } from '../../../data/changes/split.js';
import { disentanglement } from '../../../vae/judges/index.js';
import type { Entry, Measured, Trained } from '../entry.js';
import { dense } from './parts.js';

/** Examples that the measures look at, as in disentanglement_lib. */
const judged = 10_000;

const halve = (filters: number) => ({
  type: 'conv2d',
  filters,
  kernel: 4,
  stride: 2,
  padding: 'same',
  activation: 'relu',
});
const double = (filters: number, activation = 'relu') => ({
  ...halve(filters),
  type: 'convTranspose2d',
  activation,
});

/** The network of Kim and Mnih 2018, table 1. */
const convolutions = {
  latent: 10,
  encoder: [halve(32), halve(32), halve(64), halve(64), dense(128, 'relu')],
  decoder: [
    dense(128, 'relu'),
    dense(1024, 'relu'),
    { type: 'reshape', shape: [64, 4, 4] },
    double(64),
    double(32),
    double(32),
    double(1, 'linear'),
  ],
};

/** The network of Chen et al. 2018 for dSprites, table S1. */
const denseNetwork = {
  latent: 10,
  encoder: [dense(1200, 'relu'), dense(1200, 'relu')],
  decoder: [
    dense(1200, 'tanh'),
    dense(1200, 'tanh'),
    dense(1200, 'tanh'),
    dense(4096),
    { type: 'reshape', shape: [1, 64, 64] },
  ],
};

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function measuredOf(values: readonly number[]): Measured {
  const value = mean(values);
  const squares = values.reduce((sum, each) => sum + (each - value) ** 2, 0);
  return { value, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

async function scoresOf({ vae, train, seed }: Trained) {
  const order = permutation(randomStream(seed, 'judged sprites'), train.size);
  const some = subset(train, order.slice(0, Math.min(judged, train.size)));
  const { mean: codes } = await vae.encode(some);
  return disentanglement(codes, some, { seed });
}

const scoreNames = { MIG: 'mig', 'FactorVAE score': 'factorVae' } as const;

type ScoreName = keyof typeof scoreNames;

/** A model in two forms: its name in a run folder, its title for people, its objective. */
interface Rival {
  readonly name: string;
  readonly title: string;
  readonly objective: Readonly<Record<string, unknown>>;
}

const over = (score: ScoreName, better: Rival, base: Rival) =>
  `${score}, ${better.title} − ${base.title}`;

/** The scores of both models, and how far one is over the other. */
async function compare(
  trained: readonly Trained[],
  names: readonly ScoreName[],
  better: Rival,
  base: Rival,
): Promise<Readonly<Record<string, Measured>>> {
  const found: Record<string, Measured> = {};
  const scores = await Promise.all(
    trained.map(async (each) => ({ model: each.model, scores: await scoresOf(each) })),
  );
  const of = ({ name: model }: Rival, score: ScoreName) =>
    scores.filter((each) => each.model === model).map((each) => each.scores[scoreNames[score]]);
  for (const name of names) {
    const [low, high] = [of(base, name), of(better, name)];
    found[`${name}, ${base.title}`] = measuredOf(low);
    found[`${name}, ${better.title}`] = measuredOf(high);
    found[over(name, better, base)] = measuredOf(high.map((each, i) => each - low[i]!));
  }
  return found;
}

/** An entry that trains two objectives alike on sprites; one has the higher scores in its paper. */
function rivals(
  facts: Pick<Entry, 'name' | 'paper' | 'url' | 'setting' | 'minutes' | 'epochs'>,
  names: readonly ScoreName[],
  network: Readonly<Record<string, unknown>>,
  training: Readonly<Record<string, unknown>>,
  [better, base]: readonly [Rival, Rival],
): Entry {
  return {
    ...facts,
    differences: [
      'sprites are drawn here: the factors are those of dSprites, the outlines are not the same',
      'three seeds, where the paper has more',
    ],
    binarization: 'none',
    data: 'sprites',
    models: Object.fromEntries(
      [base, better].map(({ name, objective }) => [
        name,
        ({ epochs }) => ({ model: { ...network, objective }, training: { ...training, epochs } }),
      ]),
    ),
    seeds: [1, 2, 3],
    figures: names.map((name) => ({
      name: over(name, better, base),
      unit: '',
      expected: 0,
      tolerance: 0,
      bound: 'least',
    })),
    measure: (trained) => compare(trained, names, better, base),
  };
}

const betaVae = (beta: number): Rival => ({
  name: 'beta-vae',
  title: 'β-VAE',
  objective: { type: 'betaVae', beta },
});

export const factorSprites = rivals(
  {
    name: 'factor-vae',
    paper: 'Kim and Mnih 2018, §5.1: FactorVAE (γ = 35) over β-VAE (β = 4)',
    url: 'https://arxiv.org/abs/1802.05983',
    setting:
      'convolutions, 10 latents, Adam 1e-4, batches of 64, 26 epochs (300,000 steps), 3 seeds',
    minutes: 1500,
    epochs: 26,
  },
  ['FactorVAE score', 'MIG'],
  convolutions,
  { batchSize: 64, optimizer: { type: 'adam', learningRate: 1e-4 } },
  [
    { name: 'factor-vae', title: 'FactorVAE', objective: { type: 'factorVae', gamma: 35 } },
    betaVae(4),
  ],
);

export const totalCorrelationSprites = rivals(
  {
    name: 'beta-tc-vae',
    paper: 'Chen et al. 2018, §6.2: β-TCVAE over β-VAE (β = 6)',
    url: 'https://arxiv.org/abs/1802.04942',
    setting: '4096-1200-1200-10, ReLU and tanh, Adam 0.001, batches of 2048, 50 epochs, 3 seeds',
    minutes: 3700,
    epochs: 50,
  },
  ['MIG'],
  denseNetwork,
  { batchSize: 2048, optimizer: { type: 'adam', learningRate: 1e-3 } },
  [
    { name: 'beta-tc-vae', title: 'β-TCVAE', objective: { type: 'betaTcVae', beta: 6 } },
    betaVae(6),
  ],
);
