import { expect, test } from 'vitest';
import { summarizeValues } from '../../src/data/values.js';
import { fromArray } from '../../src/index.js';
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
