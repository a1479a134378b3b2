import { expect, test } from 'vitest';
import { summarizeValues } from '../../src/data/values.js';
import { fromArray } from '../../src/index.js';
import { aboutDuration, estimate } from '../../studio/src/train/estimate.js';
import { plan } from '../../studio/src/train/plan.js';

test('columns of a table are in the config, and β is shown as it ends', async () => {
  const columns = ['a', 'b'].map((name) => ({
    ...{ name, kind: 'continuous' as const, type: 'number' as const },
    ...{ missing: 0, range: [0, 1] as const },
  }));
  const known = { shape: [2], size: 400, table: columns };
  const { config, settings, because } = plan({ data: 'kept:a' }, known);
  expect(settings).toMatchObject({ preset: 'tabular', likelihood: 'table', beta: 1 });
  expect(because).toBe('a table of 2 columns');
  expect(config.model).toMatchObject({
    example: { kind: 'table', columns },
    objective: { type: 'betaVae', beta: { from: 0.1, to: 1 } },
  });
  // A number that the user gives takes the place of the schedule.
  const other = plan({ data: 'kept:a', beta: 2 }, known);
  expect(other.config.model.objective).toEqual({ type: 'betaVae', beta: 2 });
  expect(other.settings.beta).toBe(2);
});

test('MNIST has a network that draws sharp digits, and the tutorial’s by its name', () => {
  const known = { shape: [1, 28, 28], size: 60_000 };
  const { settings, because } = plan({ data: 'mnist' }, known);
  expect(settings).toMatchObject({ preset: 'mlp', latent: 16, hidden: [256], epochs: 5, beta: 1 });
  expect(because).toMatch(/^MNIST \(sharp digits/);
  expect(plan({ data: 'mnist', latent: 2 }, known).settings.latent).toBe(2);
  const tutorial = plan({ data: 'mnist', preset: 'dense' }, known);
  expect(tutorial.settings).toMatchObject({ latent: 2, hidden: [2] });
  expect(tutorial.because).toBeUndefined();
  expect(plan({ data: 'kept:a' }, known).settings.hidden).not.toEqual([256]);
});

test('a tenth of own data is kept from training, but of very little', () => {
  const splitOf = (data: string, size: number) =>
    plan({ data }, { shape: [1, 8, 8], size }).config.training.validationSplit;
  expect(splitOf('kept:a', 10)).toBe(0.1);
  expect(splitOf('kept:a', 9)).toBeUndefined();
  expect(splitOf('mnist', 60_000)).toBeUndefined();
});

test('a table of real values is standardized, as on the command line', async () => {
  const table = fromArray(
    Float32Array.from({ length: 80 }, (_, i) => (i * 37) % 17),
    [2],
  );
  const known = { shape: [2], size: 40, values: await summarizeValues(table) };
  const { config, settings } = plan({ data: 'kept:a' }, known);
  expect(config.model).toMatchObject({
    example: { scaling: 'standardize' },
    likelihood: { type: 'gaussian', variance: 'pixel' },
  });
  expect(settings.batchSize).toBe(32);
  const bytes = plan({ data: 'kept:b' }, { shape: [1, 8, 8], size: 40 });
  expect(bytes.config.model).toMatchObject({ likelihood: 'bernoulli' });
});

test("the time of a training is its steps' and its validation's", () => {
  const plan = { settings: { preset: 'mlp', epochs: 30, batchSize: 100 }, trainedOn: 1000 };
  const time = (millisecondsPerStep: number) =>
    estimate({ ...plan, validatedOn: 0 }, { millisecondsPerStep, millisecondsBefore: 500 });
  expect(time(10)).toEqual({ seconds: 3.5 });
  // Half an hour: five minutes of it are offered.
  expect(time(6000)).toEqual({ seconds: 1800.5, fewerEpochs: 5 });
  const validated = estimate(
    { ...plan, validatedOn: 1000 },
    { millisecondsPerStep: 10, millisecondsBefore: 0 },
  );
  expect(validated.seconds).toBeCloseTo(4.05);
  const words = [3, 22, 50, 70, 200, 1200, 3600, 7000, 90_000, 1e6].map(aboutDuration);
  expect(words).toEqual([
    ...['a few seconds', '20 seconds', '50 seconds', '1 minute', '3.5 minutes', '20 minutes'],
    ...['1 hour', '2 hours', '25 hours', '12 days'],
  ]);
});
