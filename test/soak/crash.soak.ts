import { expect, test } from 'vitest';
import { crashCampaign, interval, unbroken } from '../cli/crash.js';
import { emptyFolder, writeQuarters } from '../cli/process.js';

const { KILLS = '200', SEED = '1' } = process.env;

test(`${KILLS} kills, each resumed`, async () => {
  const folder = await emptyFolder();
  await writeQuarters(folder);
  const whole = await unbroken(folder);
  const { struck, mostLost, failures } = await crashCampaign(
    folder,
    whole,
    Number(KILLS),
    Number(SEED),
  );
  console.log(`${JSON.stringify(struck)}; at most ${mostLost} steps lost`);
  expect(failures).toEqual([]);
  expect(mostLost).toBeLessThanOrEqual(interval);
});
