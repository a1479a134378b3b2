import { describe, expect, test } from 'vitest';
import { adam, betaVae, type Checkpoint, dense, fromArray, VAE } from '../../src/index.js';
import { History } from '../../src/training/history.js';

const values = Float32Array.from({ length: 240 }, (_, i) => ((i * 37) % 101) / 100);
const data = fromArray(values, [6]);

const model = (beta: Parameters<typeof betaVae>[0] = {}) =>
  new VAE({
    input: [6],
    latent: 2,
    encoder: [dense(8, { activation: 'relu' })],
    decoder: [dense(6)],
    objective: betaVae(beta),
    seed: 5,
  });

describe('a schedule without a length of its own', () => {
  const optimizer = adam({ learningRate: { type: 'cosine', initial: 0.01 } });

  test('does not jump where a resumed training has more epochs, and that is told', async () => {
    const checkpoints: Checkpoint[] = [];
    const first = model();
    const { epochs } = await first.fit(data, {
      ...{ epochs: 4, batchSize: 10, optimizer },
      callbacks: [{ onCheckpoint: (each) => void checkpoints.push(each) }],
    });
    const last = epochs.at(-1)!.learning_rate!;
    expect(last).toBeLessThan(1e-4);
    const notes: string[] = [];
    const resumed = await model().fit(data, {
      ...{ epochs: 8, batchSize: 10, optimizer, resume: checkpoints.at(-1)! },
      callbacks: [{ onNote: (line) => void notes.push(line) }],
    });
    const rates = resumed.epochs.slice(4).map((each) => each.learning_rate!);
    expect(rates).toHaveLength(4);
    for (const rate of rates) expect(rate).toBeLessThanOrEqual(last);
    expect(notes).toEqual([expect.stringMatching(/ended with epoch 4, /)]);
    await first.release();
  });

  test('goes on as planned where a training of the same epochs was broken off', async () => {
    const checkpoints: Checkpoint[] = [];
    const callbacks = [{ onCheckpoint: (each: Checkpoint) => void checkpoints.push(each) }];
    const fit = { epochs: 4, batchSize: 10, optimizer };
    const whole = await model().fit(data, { ...fit, callbacks, checkpoint: { epochs: 1 } });
    const resumed = await model().fit(data, { ...fit, resume: checkpoints[1]! });
    expect(resumed.epochs.map((each) => each.learning_rate)).toEqual(
      whole.epochs.map((each) => each.learning_rate),
    );
  });
});

describe('while the weight of the KL grows', () => {
  test('validation is by its last weight, so that epochs can be compared', async () => {
    const vae = model({ beta: { type: 'linear', from: 0, to: 4, steps: 24 } });
    const { epochs, best } = await vae.fit(data, {
      ...{ epochs: 3, batchSize: 10, validation: data, keepBest: 'val_loss' },
    });
    const { loss } = await vae.evaluate(data);
    const smallest = Math.min(...epochs.map((each) => each.val_loss!));
    expect(best!.value).toBe(smallest);
    expect(loss).toBeCloseTo(smallest, 3);
    await vae.release();
  });

  test('no epoch is the best by a loss of training', () => {
    const history = new History({
      keepBest: 'loss',
      earlyStopping: { metric: 'loss', patience: 1, minDelta: 0 },
    });
    const line = (epoch: number, loss: number) => ({
      epoch,
      loss,
      reconstruction: loss,
      seconds: 0,
      steps: 1,
    });
    expect(history.see(line(1, 1), false)).toBe(false);
    expect(history.see(line(2, 5), false)).toBe(false);
    expect(history.exhausted).toBeUndefined();
    expect(history.best).toBeUndefined();
    expect(history.see(line(3, 6), true)).toBe(true);
    expect(history.best).toEqual({ epoch: 3, metric: 'loss', value: 6 });
    expect(history.see(line(4, 7), true)).toBe(false);
    expect(history.exhausted).toBe('loss');
  });
});
