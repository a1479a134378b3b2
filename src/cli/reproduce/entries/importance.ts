import type { Entry } from '../entry.js';
import { dense, digits, elbo, nats, testNats } from './parts.js';

/** Burda et al.: 3^i epochs with the rate 0.001 · 10^(−i / 7), for i of 0 to 7. */
const milestones = [1, 4, 13, 40, 121, 364, 1093];

const hidden = [dense(200, 'tanh'), dense(200, 'tanh')];

const burda = { paper: 'Burda et al. 2016, table 1', url: 'https://arxiv.org/abs/1509.00519' };
const rainforth = {
  paper: 'Rainforth et al. 2018, table 1',
  url: 'https://arxiv.org/abs/1802.04537',
};

/** An entry with the network and the training of Burda et al. 2016, which Rainforth et al. 2018 took over. */
function entry(
  source: Pick<Entry, 'paper' | 'url'>,
  name: string,
  /** The objective in words. */
  title: string,
  objective: Readonly<Record<string, unknown>>,
  expected: number,
  minutes: number,
): Entry {
  return {
    name,
    paper: `${source.paper}: ${title}`,
    url: source.url,
    setting: '784-200-200-50, tanh, Adam 1e-3 to 1e-4, batches of 20, 3280 epochs, 5000 samples',
    binarization: 'random',
    minutes,
    epochs: 3280,
    data: 'mnist',
    models: {
      [name]: ({ epochs, share }) => ({
        model: { latent: 50, encoder: hidden, decoder: [...hidden, ...digits], objective },
        training: {
          epochs,
          batchSize: 20,
          binarize: 'dynamic',
          optimizer: {
            type: 'adam',
            epsilon: 1e-4,
            learningRate: {
              type: 'multiStep',
              initial: 1e-3,
              milestones: milestones.map((each) => each * share),
              factor: 10 ** (-1 / 7),
            },
          },
        },
      }),
    },
    seeds: [123],
    figures: [{ name: nats, unit: 'nats', expected, tolerance: 0.5 }],
    measure: testNats(5000),
  };
}

export const iwae1 = entry(burda, 'iwae-1', 'IWAE, k = 1', elbo, 86.76, 110);
export const iwae5 = entry(
  burda,
  'iwae-5',
  'IWAE, k = 5',
  { type: 'iwae', samples: 5 },
  85.54,
  200,
);

const of64 = { bounds: 8, samples: 8 };
export const miwae = entry(
  rainforth,
  'miwae',
  'MIWAE, M = 8, K = 8',
  { type: 'miwae', ...of64 },
  84.97,
  1200,
);
export const piwae = entry(
  rainforth,
  'piwae',
  'PIWAE, M = 8, K = 8',
  { type: 'piwae', ...of64 },
  84.46,
  1300,
);
export const ciwae = entry(
  rainforth,
  'ciwae',
  'CIWAE, β = 0.05, K = 64',
  { type: 'ciwae', beta: 0.05, samples: 64 },
  84.57,
  1200,
);
