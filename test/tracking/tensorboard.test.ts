import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import {
  type Checkpoint,
  type EpochMetrics,
  type Progress,
  type TrainingEnd,
  tracking,
} from '../../src/index.js';
import { histogramOf } from '../../src/tracking/histogram.js';
import { corners, smallVAE } from '../vae/small.js';
import { crc32c, type Event, eventOf, recordsOf } from './event-file.js';

const folder = await mkdtemp(join(tmpdir(), 'vaekit-tracking-'));
afterAll(() => rm(folder, { recursive: true }));

async function eventsIn(path: string): Promise<Event[]> {
  const names = (await readdir(path)).sort();
  const files = await Promise.all(names.map((name) => readFile(join(path, name))));
  return files.flatMap(recordsOf).map(eventOf);
}

const scalarsOf = (events: readonly Event[], tag: string) =>
  events.filter((event) => event.tag === tag).map(({ step, scalar }) => [step, scalar]);

const data = corners(200);

test('the checksum is as in the standard', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
});

describe('a training that TensorBoard follows', async () => {
  const path = join(folder, 'whole');
  const vae = smallVAE();
  const lines: EpochMetrics[] = [];
  const seen: Progress[] = [];
  const ends: TrainingEnd[] = [];
  await vae.fit(data, {
    epochs: 3,
    batchSize: 32,
    stepsPerCall: 2,
    validation: corners(40, 1),
    callbacks: [
      { onEpochEnd: (line) => void lines.push(line), onProgress: (now) => void seen.push(now) },
      tracking.track(vae, [tracking.tensorBoard({ folder: path })], {
        examples: data,
        training: { epochs: 3 },
      }),
      { onEnd: (end) => void ends.push(end) },
    ],
  });
  const events = await eventsIn(path);

  test('begins with the version, the settings and the layers', () => {
    expect(events[0]).toMatchObject({ version: 'brain.Event:2' });
    expect(events[1]).toMatchObject({ isStart: true, step: 2 });
    const texts = Object.fromEntries(
      events.flatMap(({ tag, text }) => (text ? [[tag, text]] : [])),
    );
    expect(texts['settings/training']).toBe('```\n{\n  "epochs": 3\n}\n```');
    expect(texts['settings/model']).toContain('"latent": 2');
    expect(texts['settings/layers']).toContain('encoder.0');
  });

  test('has the numbers of each epoch, at its last step', () => {
    for (const name of ['loss', 'kl', 'val_loss', 'learning_rate']) {
      const wanted = lines.map((line, i) => [7 * (i + 1), Math.fround(line[name]!)]);
      expect(scalarsOf(events, `epoch/${name}`)).toEqual(wanted);
    }
  });

  test("has the means of the latest steps, which make the epoch's means", () => {
    const steps = scalarsOf(events, 'step/loss') as [number, number][];
    expect(steps.map(([step]) => step)).toEqual(
      seen.map(({ epoch, step, steps }) => (epoch - 1) * steps + step),
    );
    // The last batch has 8 examples.
    const examples = (step: number) => Math.min(200, 32 * (step % 7 || 7));
    const [first] = lines;
    const sum = steps
      .filter(([step]) => step <= 7)
      .reduce((total, [step, mean], i, all) => {
        const before = i === 0 ? 0 : examples(all[i - 1]![0]);
        return total + mean * (examples(step) - before);
      }, 0);
    expect(sum / 200).toBeCloseTo(first!.loss, 4);
  });

  test('has pictures and histograms of each epoch', () => {
    const pictures = events.filter(({ png }) => png);
    expect(pictures.map(({ tag, step }) => [tag, step])).toEqual(
      [7, 14, 21].flatMap((step) =>
        ['reconstructions', 'samples', 'latents'].map((tag) => [tag, step]),
      ),
    );
    for (const { png } of pictures) {
      expect([...png!.subarray(1, 4)]).toEqual([...new TextEncoder().encode('PNG')]);
    }
    const last = Object.fromEntries(
      events.flatMap(({ tag, step, histogram }) =>
        histogram && step === 21 ? [[tag, histogram]] : [],
      ),
    );
    const { data: weights } = vae.parameters()['encoder.0.weight']!;
    const { min, max, count, sum, sumOfSquares, counts } = histogramOf(weights as Float32Array);
    expect(last['parameters/encoder.0.weight']).toEqual({
      numbers: [min, max, count, sum, sumOfSquares],
      counts,
    });
    expect(last['gradients/encoder.0.weight']!.numbers[2]).toBe(weights.length);
  });

  test('tells the end', () => expect(ends).toEqual([{ state: 'finished' }]));
});

test('a run that is resumed goes on in a file that says from which step on', async () => {
  const path = join(folder, 'resumed');
  const options = { epochs: 4, batchSize: 50, stepsPerCall: 1 };
  const stop = new AbortController();
  const first = smallVAE();
  let checkpoint: Checkpoint | undefined;
  const ends: TrainingEnd[] = [];
  await first.fit(data, {
    ...options,
    signal: stop.signal,
    callbacks: [
      tracking.track(first, [tracking.tensorBoard({ folder: path })]),
      {
        onEpochEnd: () => stop.abort(),
        onCheckpoint: (taken) => {
          checkpoint = taken;
        },
        onEnd: (end) => void ends.push(end),
      },
    ],
  });
  expect(ends).toEqual([{ state: 'stopped' }]);
  const second = smallVAE();
  await second.fit(data, {
    ...options,
    resume: checkpoint!,
    callbacks: [tracking.track(second, [tracking.tensorBoard({ folder: path })])],
  });
  const events = await eventsIn(path);
  expect(events.filter(({ isStart }) => isStart).map(({ step }) => step)).toEqual([1, 5]);
  const whole = smallVAE();
  const losses: number[] = [];
  await whole.fit(data, {
    ...options,
    callbacks: [{ onEpochEnd: ({ loss }) => void losses.push(Math.fround(loss)) }],
  });
  expect(scalarsOf(events, 'epoch/loss')).toEqual(losses.map((loss, i) => [4 * (i + 1), loss]));
});

test('a tracker that fails is told of once, and training goes on', async () => {
  const vae = smallVAE();
  const onTrouble = vi.fn();
  const failing: tracking.Tracker = {
    name: 'nowhere',
    begin: async () => undefined,
    record: () => Promise.reject(new Error('The server is down.')),
    end: async () => undefined,
  };
  const { epochs } = await vae.fit(data, {
    epochs: 2,
    callbacks: [tracking.track(vae, [failing], { onTrouble })],
  });
  expect(epochs.length).toBe(2);
  expect(onTrouble.mock.calls).toEqual([
    ['nowhere follows the training no more: The server is down.'],
  ]);
});

test('an error that ends a training is told at its end', async () => {
  const fault = new Error('no more');
  const ends: TrainingEnd[] = [];
  const fitting = smallVAE().fit(data, {
    epochs: 2,
    callbacks: [
      { onEpochEnd: () => Promise.reject(fault) },
      { onEnd: (end) => void ends.push(end) },
    ],
  });
  await expect(fitting).rejects.toBe(fault);
  expect(ends).toEqual([{ state: 'failed', error: fault }]);
});

test('histograms count finite values alone', () => {
  const { counts, limits, ...facts } = histogramOf([1, 2, Number.NaN, 4, Infinity]);
  expect(facts).toEqual({ min: 1, max: 4, count: 3, sum: 7, sumOfSquares: 21 });
  expect([counts.length, limits.at(-1), counts[0], counts[10], counts.at(-1)]).toEqual([
    30, 4, 1, 1, 1,
  ]);
  expect(histogramOf([3, 3])).toMatchObject({ limits: [3], counts: [2] });
  expect(histogramOf([])).toMatchObject({ count: 0, counts: [0] });
});
