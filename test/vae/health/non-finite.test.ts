import { describe, expect, test } from 'vitest';
import { allFinite } from '../../../src/base/finite.js';
import {
  adam,
  type Checkpoint,
  type FitOptions,
  graph,
  layer,
  NonFiniteError,
  type Posterior,
  sgd,
  type VAE,
  vae,
} from '../../../src/index.js';
import { corners, smallVAE } from '../small.js';

const finite = (model: VAE) =>
  Object.values(model.parameters()).every(({ data }) => allFinite(data as Float32Array));

async function failed(model: VAE, options: FitOptions): Promise<NonFiniteError> {
  const error = await model.fit(corners(64), { epochs: 8, batchSize: 8, ...options }).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(NonFiniteError);
  return error as NonFiniteError;
}

test('every place of a NaN or an infinity is seen', () => {
  for (const length of [0, 1, 3, 4, 5, 11]) {
    const values = new Float32Array(length).fill(3e38);
    expect(allFinite(values)).toBe(true);
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      for (let i = 0; i < length; i++) expect(allFinite(values.with(i, bad)), `${i}`).toBe(false);
    }
  }
});

const { add, greater, mul, sqrt, sub, where } = graph;

/** The mean; where its noise is over 3, once in some hundred draws, its derivative is no number. */
const rooted = layer<Posterior>('rooted', ({ mean }, scope) => {
  const rare = greater(scope.normal(mean.shape), 3);
  const zero = sub(mean, mean);
  return add(mean, mul(sqrt(where(rare, zero, add(zero, 1))), 0));
});

describe('the quantity that was not finite is named, whatever the steps in a call', () => {
  test.each<[string, () => VAE, FitOptions, RegExp]>([
    ['loss', smallVAE, { optimizer: sgd({ learningRate: 30 }) }, /^The \w+ was not finite/],
    [
      'gradient',
      () => smallVAE({ sampling: rooted }),
      { optimizer: adam() },
      /^The gradient of [\w.]+ was not finite at step \d+; the parameters before/,
    ],
    [
      'parameter',
      () => smallVAE({ kl: { weight: 1e4 } }),
      { optimizer: sgd({ learningRate: 3e38 }) },
      /^The parameter [\w.]+ was not finite at step 1;/,
    ],
  ])('%s', async (name, build, options, message) => {
    const found = [];
    for (const stepsPerCall of [1, 5, 64]) {
      const model = build();
      const error = await failed(model, { ...options, stepsPerCall });
      expect(error.message).toMatch(message);
      expect(finite(model)).toBe(true);
      found.push(error.found);
    }
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
    expect(found[0]!.kind).toBe(name === 'loss' ? 'metric' : name);
    if (name === 'gradient') expect(found[0]!.step).toBeGreaterThan(1);
  });
});

const data = corners(64);

describe('where a number is not finite', () => {
  const settings = { epochs: 8, batchSize: 8, validation: corners(16, 3) };

  test('skip leaves the batch out', async () => {
    const run = async (stepsPerCall: number) => {
      const model = smallVAE({ sampling: rooted });
      const checkpoints: Checkpoint[] = [];
      const { epochs, stopped } = await model.fit(data, {
        ...settings,
        optimizer: adam({ learningRate: 0.01 }),
        onNonFinite: 'skip',
        stepsPerCall,
        callbacks: [{ onCheckpoint: (each) => void checkpoints.push(each) }],
      });
      expect(stopped).toBeUndefined();
      expect(finite(model)).toBe(true);
      const lines = epochs.map(({ seconds: _, ...line }) => line);
      return { lines, last: checkpoints.at(-1)! };
    };
    const whole = await run(64);
    expect(whole.last.step).toBe(64);
    expect(whole.last.skipped.all).toBeGreaterThan(0);
    expect(whole.lines.at(-1)!.val_loss).toBeLessThan(whole.lines[0]!.val_loss!);
    const single = await run(3);
    expect(single.lines).toEqual(whole.lines);
    expect(single.last.skipped).toEqual(whole.last.skipped);
    expect(single.last.tensors).toEqual(whole.last.tensors);
  });

  test('skip gives up where every batch is bad', async () => {
    const always = layer<Posterior>('always', ({ mean }) =>
      add(mean, mul(sqrt(sub(mean, mean)), 0)),
    );
    const model = smallVAE({ sampling: always });
    const before = model.parameters();
    const error = await failed(model, { onNonFinite: 'skip', epochs: 100 });
    // An epoch of which nothing is left has no metrics.
    expect(error.found.step).toBe(8);
    expect(model.parameters()).toEqual(before);
  });

  test('rollback goes on from the last good epoch with half the learning rate', async () => {
    const model = smallVAE();
    const checkpoints: Checkpoint[] = [];
    const { epochs, stopped } = await model.fit(data, {
      ...settings,
      optimizer: sgd({ learningRate: 30 }),
      onNonFinite: 'rollback',
      callbacks: [{ onCheckpoint: (each) => void checkpoints.push(each) }],
    });
    expect(stopped).toBeUndefined();
    expect(epochs).toHaveLength(8);
    const { changes, step } = checkpoints.at(-1)!;
    expect(step).toBe(64);
    expect(changes.length).toBeGreaterThan(0);
    for (const change of changes) {
      expect(change.rateFactor).toBe(0.5);
    }
    expect(epochs.at(-1)!.learning_rate).toBe(30 * 0.5 ** changes.length);
    expect(finite(model)).toBe(true);
  });

  test('rollback gives up after ten times', async () => {
    const taken: Checkpoint[] = [];
    await failed(smallVAE(), {
      optimizer: sgd({ learningRate: 1e30 }),
      onNonFinite: 'rollback',
      callbacks: [{ onCheckpoint: (each) => void taken.push(each) }],
    });
    expect(taken.at(-1)!.changes).toHaveLength(10);
  });

  test('a run that stopped is resumed in another way', async () => {
    const taken: Checkpoint[] = [];
    const callbacks = [{ onCheckpoint: (each: Checkpoint) => void taken.push(each) }];
    const sampling = rooted;
    const { found } = await failed(smallVAE({ sampling }), { callbacks });
    const resume = taken.at(-1)!;
    expect(resume.step).toBe(found.step - 1);
    const settings = { epochs: 8, batchSize: 8, resume, onNonFinite: 'skip' } as const;
    expect((await smallVAE({ sampling }).fit(data, settings)).stopped).toBeUndefined();
  });
});

describe('the remedy that is advised leads out', () => {
  const whole = { epochs: 8, batchSize: 8 };

  /** Expects losses as of a model that learns: without a model they are some 11.4. */
  const expectLearnt = (model: VAE, losses: readonly number[]) => {
    expect(finite(model)).toBe(true);
    expect(losses.at(-1)).toBeLessThan(11);
  };

  test('another learning rate, where it is far from usual', async () => {
    const { remedy } = await failed(smallVAE(), { optimizer: sgd({ learningRate: 30 }) });
    expect(remedy).toEqual({ kind: 'rate', learningRate: 0.01 });
    const model = smallVAE();
    const optimizer = sgd({ learningRate: 0.01 });
    const { epochs } = await model.fit(data, { ...whole, optimizer });
    expectLearnt(
      model,
      epochs.map(({ loss }) => loss),
    );
  });

  test('a smaller learning rate, then rollback, for a steep loss', async () => {
    const build = () => smallVAE({ objective: vae({ weight: 150 }) });
    const taken: Checkpoint[] = [];
    const callbacks = [{ onCheckpoint: (each: Checkpoint) => void taken.push(each) }];
    const first = await failed(build(), { optimizer: sgd({ learningRate: 0.03 }) });
    expect(first.remedy).toEqual({ kind: 'rate', learningRate: 0.003 });
    const optimizer = sgd({ learningRate: 0.003 });
    const second = await failed(build(), { optimizer, callbacks });
    expect(second.found.step).toBeGreaterThan(first.found.step);
    expect(second.remedy).toEqual({ kind: 'rollback' });
    const model = build();
    const resume = taken.at(-1)!;
    const settings = { ...whole, optimizer, resume, onNonFinite: 'rollback' } as const;
    const { epochs } = await model.fit(data, settings);
    expect(finite(model)).toBe(true);
    expect(epochs.at(-1)!.reconstruction).toBeLessThan(12.5);
  });

  test('rollback, from the last good epoch, also of a training that was to stop', async () => {
    const objective = () => vae({ weight: { type: 'linear', from: 0, to: 300, steps: 64 } });
    const optimizer = sgd({ learningRate: 0.03 });
    const taken: Checkpoint[] = [];
    const { remedy, history } = await failed(smallVAE({ objective: objective() }), {
      optimizer,
      callbacks: [{ onCheckpoint: (each) => void taken.push(each) }],
    });
    expect(history.epochs.length).toBeGreaterThan(0);
    expect(remedy).toEqual({ kind: 'rollback' });
    const model = smallVAE({ objective: objective() });
    const { epochs, stopped } = await model.fit(data, {
      ...whole,
      optimizer,
      resume: taken.at(-1)!,
      onNonFinite: 'rollback',
    });
    expect(stopped).toBeUndefined();
    expect(finite(model)).toBe(true);
    expect(epochs.at(-1)!.reconstruction).toBeLessThan(12);
  });

  test('not rollback again, where it was tried', async () => {
    const { remedy } = await failed(smallVAE(), {
      optimizer: sgd({ learningRate: 1e30 }),
      onNonFinite: 'rollback',
    });
    expect(remedy.kind).toBe('rate');
  });

  test('skip, where a layer has no derivative', async () => {
    const taken: Checkpoint[] = [];
    const sampling = rooted;
    const optimizer = adam({ learningRate: 0.001 });
    const callbacks = [{ onCheckpoint: (each: Checkpoint) => void taken.push(each) }];
    const { remedy } = await failed(smallVAE({ sampling }), { optimizer, callbacks });
    expect(remedy).toEqual({ kind: 'skip' });
    const resumed = await smallVAE({ sampling }).fit(data, {
      ...whole,
      optimizer,
      resume: taken.at(-1)!,
      onNonFinite: 'skip',
    });
    expect(resumed.stopped).toBeUndefined();
  });
});
