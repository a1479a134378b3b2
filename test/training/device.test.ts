import { expect, test } from 'vitest';
import { dense, reshape, VAE } from '../../src/index.js';
import { chooseDevice } from '../../src/training/device.js';
import { corners, smallShape } from '../vae/small.js';

const large = { multiplications: 3e8, hasDoubles: false };
const having = (...devices: string[]) => ({
  runs: async (device: string) => devices.includes(device),
});

test('a small step goes to the processor, and nothing else is looked for', async () => {
  const asked: string[] = [];
  const runs = async (device: string) => asked.push(device) > 0;
  const chosen = await chooseDevice({ multiplications: 3e5, hasDoubles: false }, { runs });
  expect(chosen).toEqual({
    device: 'cpu',
    because: 'a step has 3.0e+5 multiplications, fewer than 1e+8',
  });
  expect(asked).toEqual([]);
});

test.each([
  [having('cuda', 'webgpu'), large, 'cuda'],
  [having('webgpu'), large, 'webgpu'],
  [having(), large, 'cpu'],
  [having('webgpu'), { ...large, hasDoubles: true }, 'cpu'],
  [having('cuda'), { ...large, hasDoubles: true }, 'cuda'],
])('a large step goes to the first device that is there', async (there, work, device) => {
  expect((await chooseDevice(work, there)).device).toBe(device);
});

test('training says which device was chosen, and trains on it', async () => {
  const model = () =>
    new VAE({
      input: smallShape,
      latent: 2,
      encoder: [],
      decoder: [dense(16), reshape(smallShape)],
      seed: 3,
    });
  const notes: string[] = [];
  const settings = { epochs: 1, batchSize: 16 };
  const [automatic, plain] = [model(), model()];
  const callbacks = [{ onNote: (line: string) => void notes.push(line) }];
  const found = await automatic.fit(corners(32), { ...settings, device: 'auto', callbacks });
  const expected = await plain.fit(corners(32), settings);
  expect(found.epochs[0]!.loss).toBe(expected.epochs[0]!.loss);
  expect(notes.filter((line) => line.includes('device'))).toEqual([
    expect.stringMatching(/^The device is cpu: a step has .* multiplications, fewer than 1e\+8\.$/),
  ]);
  await automatic.release();
  await plain.release();
});
