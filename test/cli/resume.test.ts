import { beforeAll, expect, test } from 'vitest';
import { crashCampaign, interval } from './crash.js';
import { emptyFolder, writeQuarters } from './process.js';

let folder: string;

beforeAll(async () => {
  folder = await emptyFolder();
  await writeQuarters(folder);
});

test('killed at random moments and resumed, runs end as the unbroken one', async () => {
  const { failures, mostLost } = await crashCampaign(folder, 6);
  expect(failures).toEqual([]);
  expect(mostLost).toBeLessThanOrEqual(interval);
});
