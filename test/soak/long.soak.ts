import { expect, test } from 'vitest';
import { longRun, manyFits } from './long.js';

test('100,000 steps: memory stays within 5 %', async () => {
  const { first, all } = await longRun(100_000);
  console.log(`peak ${first.toFixed(1)} MB in the first 1,000 steps, ${all.toFixed(1)} MB in all`);
  expect(all).toBeLessThan(1.05 * first);
});

test('200 fits: handles stay', async () => {
  const { before, after } = await manyFits(200);
  console.log(
    `after 20 fits ${before.handles} handles, ${before.memory.toFixed(1)} MB; after 200 ${after.handles}, ${after.memory.toFixed(1)} MB`,
  );
  expect(after.handles).toBeLessThanOrEqual(before.handles);
  expect(after.memory).toBeLessThan(1.1 * before.memory);
});
