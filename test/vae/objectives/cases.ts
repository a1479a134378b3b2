import type { Tensor } from 'onnxruntime-common';
import {
  adversarialAutoencoder,
  autoencoder,
  autoencoderKl,
  betaTcVae,
  betaVae,
  capacity,
  ciwae,
  conditional,
  conv2d,
  dense,
  dipVae,
  factorVae,
  freeBits,
  hamiltonian,
  hierarchical,
  hyperspherical,
  infoVae,
  inverseAutoregressiveFlow,
  iwae,
  type Layer,
  miwae,
  normalizingFlow,
  type Objective,
  piwae,
  poincare,
  rae,
  reshape,
  residualVq,
  riemannianHamiltonian,
  VAE,
  vae,
  vaeGan,
  vampPrior,
  vqVae,
  waeMmd,
} from '../../../src/index.js';
import { readFixture, readJson, withPrefix } from '../../fixtures.js';

/** Fixtures that bench/peers/torch_objective_fixtures.py and the scripts beside it wrote. */
const files = [
  'torch-objectives',
  'torch-flow-objectives',
  'torch-geometry',
  'torch-hamiltonian-objectives',
  'torch-deep-objectives',
  'torch-vamp-gan',
];

/** Tensors of all fixtures by name. */
export const fixture: Readonly<Record<string, Tensor>> = Object.assign(
  {},
  ...(await Promise.all(files.map((file) => readFixture(`${file}.safetensors`)))),
);

/** Loss and metrics of each case. */
export const scalars: Readonly<Record<string, Readonly<Record<string, number>>>> = Object.assign(
  {},
  ...(await Promise.all(files.map((file) => readJson(`${file}.json`)))),
);

type Noise = NonNullable<Parameters<VAE['valueAndGradients']>[1]>;

/** An objective with the noise of its step, as in the fixture of its name. */
export interface Case {
  readonly name: string;
  /** The model whose parameters it has. */
  readonly model: string;
  /** Layers of its encoder; one dense layer when left out. */
  readonly encoder?: readonly Layer[];
  readonly objective: Objective;
  readonly options: Noise;
}

const epsilon = fixture.epsilon!;
const prior = fixture.prior!;

/** Several kinds of noise of a posterior, by their names in the program. */
const noises = (name: string) =>
  Object.fromEntries(
    Object.entries(withPrefix({ ...fixture }, `${name}.`)).map(([noise, tensor]) => [
      `sampling.${noise}`,
      tensor,
    ]),
  );

/** Noise of a Hamiltonian posterior. */
export const moving = (start: Tensor, momentum: Tensor) => ({
  'sampling.noise0': start,
  'momentum.noise0': momentum,
});

/** A metric of few numbers. */
export const smallMetric = {
  ...{ leapfrogSteps: 2, stepSize: 0.2, beta0: 0.4, temperature: 1.3, regularization: 0.2 },
  ...{ hidden: 4, centroids: 5 },
};

export const cases: readonly Case[] = [
  { name: 'autoencoder', model: 'deterministic', objective: autoencoder(), options: {} },
  {
    name: 'vae',
    model: 'gaussian',
    objective: vae({ weight: 0.7, reduction: 'mean' }),
    options: { epsilon },
  },
  { name: 'betaVae', model: 'gaussian', objective: betaVae({ beta: 3 }), options: { epsilon } },
  {
    name: 'freeBits',
    model: 'gaussian',
    objective: freeBits({ lambda: 0.3 }),
    options: { epsilon },
  },
  {
    name: 'capacity',
    model: 'gaussian',
    // The capacity is 1 nat after a quarter of its steps.
    objective: capacity({ gamma: 20, from: 0.5, to: 2.5, steps: 100 }),
    options: { epsilon, step: 26 },
  },
  {
    name: 'conditional',
    model: 'conditional',
    objective: conditional({
      classes: 3,
      objective: betaVae({ beta: 2 }),
      encoderLabels: 'channels',
    }),
    options: { epsilon, labels: [0, 1, 2, 0, 1, 2, 0] },
  },
  {
    name: 'iwae',
    model: 'gaussian',
    objective: iwae({ samples: 4 }),
    options: { epsilon: fixture.several! },
  },
  {
    name: 'miwae',
    model: 'gaussian',
    objective: miwae({ bounds: 2, samples: 2 }),
    options: { epsilon: fixture.several! },
  },
  {
    name: 'piwae',
    model: 'gaussian',
    objective: piwae({ bounds: 2, samples: 2 }),
    options: { epsilon: fixture.several! },
  },
  {
    name: 'ciwae',
    model: 'gaussian',
    objective: ciwae({ beta: 0.3, samples: 4 }),
    options: { epsilon: fixture.several! },
  },
  {
    name: 'dipVae',
    model: 'gaussian',
    objective: dipVae({ version: 'II', offDiagonal: 5, diagonal: 3 }),
    options: { epsilon },
  },
  {
    name: 'dipVae I',
    model: 'gaussian',
    objective: dipVae({ version: 'I', offDiagonal: 10, diagonal: 100 }),
    options: { epsilon },
  },
  {
    name: 'betaTcVae',
    model: 'gaussian',
    objective: betaTcVae({ alpha: 0.5, beta: 6, gamma: 2 }),
    options: { epsilon, datasetSize: 1000 },
  },
  {
    name: 'factorVae',
    model: 'judged',
    objective: factorVae({ gamma: 6, hidden: 4, layers: 1 }),
    options: { epsilon, prior },
  },
  {
    name: 'adversarialAutoencoder',
    model: 'point',
    objective: adversarialAutoencoder({ lambda: 3, hidden: 4, layers: 1 }),
    options: { prior },
  },
  {
    name: 'rae L2',
    model: 'deterministic',
    objective: rae({ beta: 0.3, lambda: 0.05 }),
    options: {},
  },
  {
    name: 'rae GP',
    model: 'deterministic',
    objective: rae({ smoothing: 'gradient', beta: 0.1, lambda: 2 }),
    options: {},
  },
  {
    name: 'infoVae',
    model: 'gaussian',
    objective: infoVae({ alpha: 0.25, lambda: 8, kernel: 'rbf', bandwidth: 0.8 }),
    options: { epsilon, prior },
  },
  {
    name: 'waeMmd',
    model: 'deterministic',
    objective: waeMmd({ lambda: 10, kernel: 'imq', bandwidth: 1.2 }),
    options: { prior },
  },
  {
    name: 'normalizingFlow planar',
    model: 'planar',
    objective: normalizingFlow({ length: 2 }),
    options: { epsilon: fixture.one! },
  },
  {
    name: 'normalizingFlow radial',
    model: 'radial',
    objective: normalizingFlow({ flow: 'radial', length: 2, samples: 4 }),
    options: { epsilon: fixture.several! },
  },
  {
    name: 'inverseAutoregressiveFlow',
    model: 'autoregressive',
    objective: inverseAutoregressiveFlow({
      ...{ length: 2, hidden: 4, layers: 1, context: 2 },
      beta: 0.5,
    }),
    options: { epsilon: fixture.one! },
  },
  {
    name: 'hyperspherical',
    model: 'directed',
    objective: hyperspherical({ beta: 0.7 }),
    options: { epsilon: noises('sphere.1') },
  },
  {
    name: 'hyperspherical with samples',
    model: 'directed',
    objective: hyperspherical({ samples: 4 }),
    options: { epsilon: noises('sphere.4') },
  },
  {
    name: 'hamiltonian',
    model: 'hamiltonian',
    objective: hamiltonian({ leapfrogSteps: 2 }),
    options: { epsilon: moving(fixture.one!, fixture.momentum!) },
  },
  {
    name: 'hamiltonian free',
    model: 'cooled',
    objective: hamiltonian({ leapfrogSteps: 3, tempering: 'free', samples: 4, beta: 0.5 }),
    options: { epsilon: moving(fixture.several!, fixture.severalMomenta!) },
  },
  {
    name: 'hamiltonian none',
    model: 'untempered',
    objective: hamiltonian({ leapfrogSteps: 1, tempering: 'none' }),
    options: { epsilon: moving(fixture.one!, fixture.momentum!) },
  },
  {
    name: 'poincare',
    model: 'ball',
    objective: poincare({ beta: 0.6, curvature: 0.8, priorScale: 1.2 }),
    options: { epsilon: fixture['ball.1']! },
  },
  {
    name: 'poincare with samples',
    model: 'ball',
    objective: poincare({ samples: 4, curvature: 0.5, decode: 'tangent' }),
    options: { epsilon: fixture['ball.4']! },
  },
  {
    name: 'poincare riemannian',
    model: 'isotropic',
    objective: poincare({ distribution: 'riemannianNormal', beta: 0.5, curvature: 0.8 }),
    options: { epsilon: noises('radius') },
  },
  {
    name: 'poincare with gyroplanes',
    model: 'planes',
    objective: poincare({ curvature: 0.7, decode: 'gyroplanes', planes: 4 }),
    options: { epsilon: fixture['ball.1']! },
  },
  {
    name: 'vaeGan',
    model: 'gan',
    objective: vaeGan({ gamma: 0.3, channels: [2, 3], hidden: [4] }),
    options: { epsilon, prior },
  },
  {
    name: 'vaeGan by an early layer',
    model: 'gan early',
    objective: vaeGan({ gamma: 2, channels: [2, 3], hidden: [4], layer: 1 }),
    options: { epsilon, prior },
  },
  {
    name: 'vampPrior',
    model: 'vamp',
    objective: vampPrior({ components: 5, beta: 0.4 }),
    options: { epsilon: fixture.one! },
  },
  {
    name: 'vampPrior of several draws',
    model: 'vamp',
    objective: vampPrior({ components: 5, samples: 4 }),
    options: { epsilon: fixture.several! },
  },
  {
    name: 'autoencoderKl',
    model: 'spatial',
    encoder: [conv2d(4, { kernel: [1, 2], activation: 'tanh' })],
    objective: autoencoderKl({ beta: 0.3 }),
    options: { epsilon: fixture.positions! },
  },
  {
    name: 'hierarchical',
    model: 'grouped',
    objective: hierarchical({ groups: [1, 2], hidden: 4 }),
    options: { epsilon: fixture.groups! },
  },
  {
    name: 'hierarchical free',
    model: 'grouped',
    objective: hierarchical({ groups: 2, hidden: 4, beta: 0.5, lambda: 0.6 }),
    options: { epsilon: fixture.groups! },
  },
  {
    name: 'riemannianHamiltonian',
    model: 'riemannian',
    objective: riemannianHamiltonian({ ...smallMetric, beta: 0.5 }),
    options: { epsilon: moving(fixture.one!, fixture.momentum!) },
  },
  {
    name: 'vqVae',
    model: 'quantized',
    objective: vqVae({ codes: 4, beta: 0.4 }),
    options: {},
  },
  {
    name: 'residualVq',
    model: 'residual',
    objective: residualVq({ depth: 3, codes: 4, beta: 0.4 }),
    options: {},
  },
  {
    name: 'residualVq shared',
    model: 'residual shared',
    objective: residualVq({ depth: 3, codes: 4, shared: true, beta: 0.2 }),
    options: {},
  },
];

/** The codebooks of models that have some. */
const codebooks: Readonly<Record<string, Tensor | undefined>> = {
  quantized: fixture.codebook,
  residual: fixture['residual.codebook'],
  'residual shared': fixture['residual shared.codebook'],
};

/** The parameters of a case's model. */
export function parametersOf(each: Case): Record<string, Tensor> {
  const parameters = withPrefix(fixture, `model.${each.model}.`);
  const codebook = codebooks[each.model];
  return codebook ? { ...parameters, 'quantizer.codebook': codebook } : parameters;
}

/** The case's model with the fixture's parameters. */
export function modelOf(each: Case): VAE {
  const model = new VAE({
    input: [1, 2, 3],
    latent: 3,
    encoder: each.encoder ?? [
      dense(5, { activation: 'tanh' }),
      ...(codebooks[each.model] ? [dense(3)] : []),
    ],
    decoder: [dense(6), reshape([1, 2, 3])],
    objective: each.objective,
    seed: 3,
  });
  model.setParameters(parametersOf(each));
  return model;
}
