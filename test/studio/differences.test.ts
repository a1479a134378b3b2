import { expect, test } from 'vitest';
import { betaOf, differences } from '../../studio/src/views/compare/differences.js';

const dense = (units: number, more = {}) => ({ type: 'dense', units, activation: 'relu', ...more });

const config = (model: object, training: object) => ({ model, training, trainedOn: { a: 1 } });

test('all settings in which runs differ are told, and no others', () => {
  const found = differences([
    config(
      { latent: 2, encoder: [dense(16), dense(2)], seed: 1 },
      { batchSize: 32, optimizer: { type: 'adam', learningRate: 0.001 }, data: 'mnist' },
    ),
    config(
      { latent: 9, encoder: [dense(8)], seed: 1, objective: { type: 'freeBits', bits: 0.5 } },
      { batchSize: 64, optimizer: { type: 'adam', learningRate: -1 }, data: 'mnist', ema: 0.9 },
    ),
  ]);
  expect(Object.fromEntries(found.map(({ path, values }) => [path, values]))).toEqual({
    'model.encoder': ['dense 16 relu, dense 2 relu', 'dense 8 relu'],
    'model.objective.bits': ['–', '0.5'],
    'training.batchSize': ['32', '64'],
    'training.optimizer.learningRate': ['0.001', '−1'],
    'training.ema': ['–', '0.9'],
  });
});

test('layers that are alike in short are told in full', () => {
  const [{ values } = { values: [] }] = differences([
    config({ encoder: [dense(4, { bias: true })] }, {}),
    config({ encoder: [dense(4, { bias: false })] }, {}),
  ]);
  expect(values).toEqual([
    'dense (units 4, activation relu, bias true)',
    'dense (units 4, activation relu, bias false)',
  ]);
});

test('β is the one of the last epoch, else of the config, also where the KL term is weighed', () => {
  const of = (model: object, last?: Record<string, unknown>) => betaOf({ model }, last);
  expect(of({ objective: { type: 'betaVae', beta: 4 } })).toBe(4);
  expect(of({ objective: { type: 'betaVae', beta: 4 } }, { beta: 2 })).toBe(2);
  expect(of({ latent: 2, kl: { weight: 0.5, reduction: 'mean' } })).toBe(0.5);
  expect(of({ latent: 8, kl: { weight: 0.5, reduction: 'sum' } }, { klWeight: 1 })).toBe(2);
  expect(of({ objective: { type: 'autoencoder' } })).toBeUndefined();
});
