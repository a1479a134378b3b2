import { describe, expect, test } from 'vitest';
import { adam, sgd } from '../../src/nn/index.js';
import { onPlateau } from '../../src/nn/schedules/index.js';
import { fitMadeUp } from './made-up.js';

const level = [5, 4, 4.5, 3, 3.5, Number.NaN, 3.25, 3.25, 1, 9];

describe('early stopping', () => {
  test.each([
    [{ patience: 3 }, 7],
    [{ patience: 4 }, 8],
    [{ patience: 5 }, 10],
    [{ patience: 2, minDelta: 0.5 }, 6],
    [{ patience: 2, minDelta: 1.5 }, 3],
    [{ patience: 1 }, 3],
  ])('%j ends after epoch %d', async (options, last) => {
    const earlyStopping = { metric: 'val_level', ...options };
    const { epochs, stopped, w } = await fitMadeUp(level, { earlyStopping });
    expect(epochs).toHaveLength(last);
    expect(epochs.map((line) => line.val_level)).toEqual(level.slice(0, last));
    expect(stopped).toEqual(
      last === level.length ? undefined : { reason: 'early-stopping', metric: 'val_level' },
    );
    expect(w).toBe(-2 * last);
  });

  test('the metric is val_loss when none is named', async () => {
    // w falls by 2 each epoch, and val_loss is level + w.
    const rising = [0, 1, 4, 7, 10, 13];
    const { epochs } = await fitMadeUp(rising, { earlyStopping: { patience: 2 } });
    expect(epochs.map((line) => line.val_loss)).toEqual([-2, -3, -2, -1]);
  });
});

describe('the best model', () => {
  test('is kept', async () => {
    const { best, w, epochs } = await fitMadeUp(level, { keepBest: 'val_level' });
    expect(best).toEqual({ epoch: 9, metric: 'val_level', value: 1 });
    expect(w).toBe(-18);
    expect(epochs).toHaveLength(10);
  });

  test('is kept when training ends early', async () => {
    const { best, w, stopped } = await fitMadeUp(level, {
      keepBest: 'val_level',
      earlyStopping: { metric: 'val_level', patience: 3 },
    });
    expect(best).toEqual({ epoch: 4, metric: 'val_level', value: 3 });
    expect(w).toBe(-8);
    expect(stopped?.reason).toBe('early-stopping');
  });

  test('is the first of equals, and the last epoch where no value is a number', async () => {
    expect((await fitMadeUp([2, 2, 2], { keepBest: 'val_level' })).w).toBe(-2);
    const { best, w } = await fitMadeUp([Number.NaN, Number.NaN], { keepBest: 'val_level' });
    expect(best).toBeUndefined();
    expect(w).toBe(-4);
  });
});

test('on a plateau of a metric the learning rate falls, and the history tells it', async () => {
  const learningRate = onPlateau({ initial: 1, metric: 'val_level', patience: 1, factor: 0.5 });
  const { epochs, w } = await fitMadeUp([3, 3, 3, 2, 2, 2, 2], {
    optimizer: sgd({ learningRate }),
  });
  const rates = [1, 1, 1, 0.5, 0.5, 0.5, 0.25];
  expect(epochs.map((line) => line.learning_rate)).toEqual(rates);
  expect(w).toBe(-2 * rates.reduce((a, b) => a + b));
});

describe('a metric that will not be there is refused', () => {
  test.each([
    [
      { keepBest: 'val_levle' },
      "fit.keepBest: there is no metric 'val_levle'. Did you mean 'val_level'?",
    ],
    [
      { earlyStopping: { metric: 'accuracy' } },
      "fit.earlyStopping.metric: there is no metric 'accuracy'. Known: loss, level, val_loss, val_level.",
    ],
    [
      { earlyStopping: {}, validated: false },
      "fit.earlyStopping.metric: there is no val_loss without validation data. Give some, or use 'loss'.",
    ],
    [
      { optimizer: adam({ learningRate: onPlateau({ initial: 1 }) }), validated: false },
      "adam.learningRate.metric: there is no val_loss without validation data. Give some, or use 'loss'.",
    ],
  ])('%j', async (options, message) => {
    await expect(fitMadeUp(level, options)).rejects.toThrow(message);
  });
});
