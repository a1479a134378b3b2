import { describe, expect, test } from 'vitest';
import { adam } from '../../src/index.js';
import { longRun, manyFits } from '../soak/long.js';
import { corners, smallVAE } from './small.js';

// The long versions: npm run soak.
describe('short versions of long runs', () => {
  test('10,000 steps: memory stays', async () => {
    const { first, all } = await longRun(10_000);
    expect(all).toBeLessThan(1.2 * first);
  });

  test('20 fits: handles stay', async () => {
    const { before, after } = await manyFits(20);
    expect(after.handles).toBeLessThanOrEqual(before.handles);
  });
});

test('two models trained at once do not touch each other', async () => {
  const fitted = async (seed: number) => {
    const vae = smallVAE({ seed });
    const { epochs } = await vae.fit(corners(96, seed), {
      epochs: 6,
      batchSize: 8,
      optimizer: adam({ learningRate: 0.01 }),
      stepsPerCall: 2,
      validation: corners(32, 9),
    });
    const values = Object.values(vae.parameters()).map(({ data }) => data);
    return { lines: epochs.map(({ seconds: _, ...line }) => line), values };
  };
  const alone = [await fitted(1), await fitted(2)];
  expect(await Promise.all([fitted(1), fitted(2)])).toEqual(alone);
});
