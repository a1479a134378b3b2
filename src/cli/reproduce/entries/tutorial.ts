import type { Entry } from '../entry.js';
import { lastMetrics } from './parts.js';

/** Its figure comes from `bench/peers/keras_reference.py` on JAX with seed 0: 179.28 nats. */
export const tutorial: Entry = {
  name: 'tutorial',
  paper: 'The reference VAE in Keras',
  url: 'bench/peers/keras_reference.py',
  setting: '784-2-2, weight ½ of the mean KL term, Adam 0.001, batches of 32, 30 epochs',
  binarization: 'none',
  minutes: 0.3,
  epochs: 30,
  data: 'mnist',
  validates: true,
  models: { tutorial: ({ epochs }) => ({ preset: 'dense', training: { epochs } }) },
  seeds: [42],
  figures: [{ name: 'test loss', unit: 'nats', expected: 179.28, tolerance: 1 }],
  measure: lastMetrics({ 'test loss': 'val_loss' }),
};
