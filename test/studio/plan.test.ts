import { expect, test } from 'vitest';
import { summarizeValues } from '../../src/data/values.js';
import { fromArray } from '../../src/index.js';
import { plan } from '../../studio/src/train/plan.js';

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
