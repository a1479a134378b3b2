import { expect, test } from 'vitest';
import { crashCampaign, interval, unbroken } from '../cli/crash.js';
import { emptyFolder, writeQuarters } from '../cli/process.js';

/** A campaign that was broken off goes on with the number of the next kill: `FIRST=121 KILLS=80`. */
const { KILLS = '200', FIRST = '1', SEED = '1', AT_ONCE = '2' } = process.env;
const [kills, first, seed, atOnce] = [KILLS, FIRST, SEED, AT_ONCE].map(Number) as [
  number,
  number,
  number,
  number,
];

test(`kills ${first} to ${first + kills - 1}, each resumed`, async () => {
  const folder = await emptyFolder();
  await writeQuarters(folder);
  const began = performance.now();
  let done = 0;
  const { struck, halfWritten, mostLost, failures } = await crashCampaign(
    folder,
    await unbroken(folder),
    {
      ...{ kills, first, seed, atOnce },
      tell: (line) => {
        done += 1;
        const seconds = Math.round((performance.now() - began) / 1000);
        console.log(`${done} of ${kills}, ${seconds} s: ${line}`);
      },
    },
  );
  const seconds = Math.round((performance.now() - began) / 1000);
  const failed = new Set(failures.map((line) => line.split(':', 1)[0])).size;
  console.log(
    `${kills - failed} of ${kills} kills ended as the unbroken run, in ${seconds} s. They struck: ${JSON.stringify(struck)}; ${halfWritten} left a file half written under a temporary name. At most ${mostLost} steps were lost; checkpoints are ${interval} steps apart.`,
  );
  expect(failures).toEqual([]);
  expect(mostLost).toBeLessThanOrEqual(interval);
});
