import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Checkpoint } from '../../src/index.js';
import { RunFolder } from '../../src/runs/index.js';
import { CheckpointClock } from '../../src/training/checkpoint-clock.js';
import { corners, smallVAE } from '../vae/small.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vaekit-checkpoints-'));
});

afterAll(() => rm(root, { recursive: true }));

/** Checkpoints of a training of 4 epochs of 8 steps. */
async function taken(checkpoint: object): Promise<Checkpoint[]> {
  const checkpoints: Checkpoint[] = [];
  await smallVAE().fit(corners(64), {
    epochs: 4,
    batchSize: 8,
    checkpoint,
    callbacks: [{ onCheckpoint: (each) => void checkpoints.push(each) }],
  });
  return checkpoints;
}

describe('checkpoints are taken', () => {
  test.each([
    ['by steps', { steps: 10 }, [10, 20, 30, 32]],
    ['by epochs', { epochs: 2 }, [16, 32]],
    ['by both', { steps: 12, epochs: 3 }, [12, 24, 32]],
    ['at the end alone', {}, [32]],
  ])('%s', async (_, interval, steps) => {
    expect((await taken(interval)).map(({ step }) => step)).toEqual(steps);
  });

  test('by seconds since the last one', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const clock = new CheckpointClock({ seconds: 60 });
      vi.advanceTimersByTime(59_000);
      expect(clock.isDue(1)).toBe(false);
      vi.advanceTimersByTime(1000);
      expect(clock.isDue(2)).toBe(true);
      clock.restart();
      expect(clock.isDue(3)).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('of the checkpoints in a run', () => {
  const losses = [5, 3, 4, 6, 7, 8];

  test.each([
    [1, [2, 6], [2, 7], [8]],
    [2, [2, 5, 6], [2, 6, 7], [7, 8]],
    [9, [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6, 7, 8]],
  ])(
    'the last %i and the best are kept, also by the next process',
    async (keep, six, seven, eight) => {
      const [checkpoint] = await taken({});
      const path = join(root, `${keep}`);
      /** The checkpoint of a step, with a loss in its last epoch. */
      const at = (step: number, loss: number): Checkpoint => {
        const [line] = checkpoint!.history;
        return { ...checkpoint!, step, history: [{ ...line!, loss }] };
      };
      const kept = async () => {
        const names = await readdir(join(path, 'checkpoints'));
        return names.map((name) => Number(/\d+/.exec(name))).sort((a, b) => a - b);
      };
      const folder = await RunFolder.create(path);
      await folder.writeConfig({});
      for (const [i, loss] of losses.entries()) await folder.writeCheckpoint(at(i + 1, loss), keep);
      expect(await kept()).toEqual(six);
      const next = await RunFolder.open(path);
      expect((await next.readCheckpoint())!.step).toBe(6);
      await next.writeCheckpoint(at(7, 4), keep);
      expect(await kept()).toEqual(seven);
      await next.writeCheckpoint(at(8, 1), keep);
      expect(await kept()).toEqual(eight);
    },
  );
});
