import { UserError } from '../../../base/errors.js';
import type { Length, Measured, Trained } from '../entry.js';

type LayerConfig = Readonly<Record<string, unknown>>;

/** A dense layer as plain data. */
export const dense = (units: number, activation = 'linear'): LayerConfig => ({
  type: 'dense',
  units,
  activation,
});

/** The end of a decoder of MNIST's images. */
export const digits: readonly LayerConfig[] = [dense(784), { type: 'reshape', shape: [1, 28, 28] }];

/** The folder of pythae's programs. */
export const pythae =
  'https://github.com/clementchadebec/benchmark_VAE/blob/main/examples/scripts/reproducibility';

/** Differences of each training on a fixed binarization from pythae's. */
export const fixedDifferences = [
  "the fixed binarization is drawn by the seed, not that of Larochelle and Murray's files",
  'the 10,000 images to validate by are drawn by the seed, not the last ones',
];

/** A network as plain data. */
interface NetworkConfig {
  readonly encoder: readonly LayerConfig[];
  readonly decoder: readonly LayerConfig[];
}

/** The network with the first parameters of PyTorch's layers, which pythae leaves as they are. */
export function startedAsInTorch<T extends NetworkConfig>(model: T) {
  const initializer = 'torchUniform';
  const started = (layers: readonly LayerConfig[]) =>
    layers.map((layer) => ('units' in layer ? { ...layer, initializer } : layer));
  return {
    ...model,
    encoder: started(model.encoder),
    headInitializer: initializer,
    decoder: started(model.decoder),
  };
}

/** Optimizers with the options of PyTorch's. */
export const torchOptimizers = {
  adam: { type: 'adam', epsilon: 1e-8 },
  adamax: { type: 'adamax', epsilon: 1e-8 },
  rmsprop: { type: 'rmsprop', rho: 0.99, epsilon: 1e-8 },
} as const;

/** The negative ELBO. */
export const elbo = { type: 'betaVae', beta: 1 } as const;

/** The one model that was trained. */
export function only(trained: readonly Trained[]): Trained {
  const [first, second] = trained;
  if (first && !second) return first;
  throw new Error(`${trained.length} models were trained, where one was expected`);
}

/** The name of the figure that `testNats` measures. */
export const nats = '−log p(x)';

/**
 * Measures −log p(x) of the test data in nats by importance sampling (Burda et al. 2016, eq. 8).
 * @param samples draws of the posterior an example
 */
export function testNats(
  samples: number,
): (trained: readonly Trained[]) => Promise<Readonly<Record<string, Measured>>> {
  return async (trained) => {
    const { vae, test } = only(trained);
    if (!test) throw new UserError('There is no test data to measure by.');
    const { mean } = await vae.logLikelihood(test, { samples });
    return { [nats]: { value: -mean } };
  };
}

/** Measures metrics of the last epoch. @param names of metrics, by the names of figures */
export function lastMetrics(names: Readonly<Record<string, string>>) {
  return async (trained: readonly Trained[]): Promise<Readonly<Record<string, Measured>>> => {
    const last = only(trained).metrics.at(-1)!;
    return Object.fromEntries(
      Object.entries(names).map(([figure, metric]) => [figure, { value: last[metric]! }]),
    );
  };
}

/** Training on a fixed binarization with falls of the rate, as pythae has it. @param milestones epochs of the falls */
export const fixedTraining = (
  { epochs, share }: Length,
  optimizer: Readonly<Record<string, unknown>>,
  initial: number,
  milestones: readonly number[] = [200, 350, 500, 750, 1000],
) => ({
  epochs,
  batchSize: 100,
  binarize: 'static',
  validationSplit: 1 / 6,
  keepBest: 'val_loss',
  optimizer: {
    ...optimizer,
    learningRate: {
      type: 'multiStep',
      initial,
      milestones: milestones.map((each) => each * share),
      factor: 10 ** (-1 / 5),
    },
  },
});
