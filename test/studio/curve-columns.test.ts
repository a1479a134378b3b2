import { expect, test } from 'vitest';
import { curveColumns } from '../../studio/src/views/train/curve-columns.js';

const point = (epochs: number, loss: number) => ({ epochs, loss, reconstruction: loss - 1, kl: 1 });

const line = (epoch: number, loss: number) => ({
  ...{ epoch, loss, reconstruction: loss - 1, seconds: 1, steps: 1 },
  ...{ val_loss: loss + 1, val_kl: 2 },
});

test('a chart has steps and whole epochs in order, each x once', () => {
  const trace = [point(0.5, 9), point(1, 8), point(1.4, 7), point(2, 6)];
  expect(curveColumns(trace, [line(1, 8.5), line(2, 6.5)])).toEqual({
    x: [0.5, 1, 1.4, 2],
    loss: [9, 8, 7, 6],
    reconstruction: [8, 7, 6, 5],
    kl: [1, 1, 1, 1],
    valLoss: [null, 9.5, null, 7.5],
    valKl: [null, 2, null, 2],
  });
});

test('a chart has an epoch of which no step was traced', () => {
  const { x, loss, valLoss } = curveColumns([point(0.5, 9), point(1.5, 7)], [line(1, 8)]);
  expect([x, loss, valLoss]).toEqual([
    [0.5, 1, 1.5],
    [9, null, 7],
    [null, 9, null],
  ]);
});
