import { expect, test } from 'vitest';
import { parallelAxes } from '../../src/report/parallel-axes.js';
import { parallelPicture } from '../../src/report/pictures/parallel-coordinates.js';
import { shortNames, valueText } from '../../src/report/setting-text.js';
import { hasWhiteFrame, readPng } from './png.js';

const lines = [
  { settings: { 'a.rate': 1e-4, 'b.size': 2, 'b.same': 1, kind: { type: 'x', n: 1 } }, value: 9 },
  { settings: { 'a.rate': 1e-2, 'b.size': 8, 'b.same': 1, kind: 'y' }, value: 7 },
  { settings: { 'a.rate': 1e-3, 'b.size': 4, 'b.same': 1, kind: 'y' }, value: 8 },
];

test('axes are the settings that differ, and the metric', () => {
  const [rate, size, kind, metric, ...rest] = parallelAxes(lines, 'val_loss');
  expect(rest).toEqual([]);
  expect(rate!.name).toBe('rate');
  // Numbers over a wide range are seen by their logarithms.
  expect(rate!.places.map((place) => Number(place.toFixed(9)))).toEqual([0, 1, 0.5]);
  expect(size!.places).toEqual([0, 1, 1 / 3]);
  expect(size!.marks.map(({ text }) => text)).toEqual(['2', '4', '8']);
  expect(kind!.marks.map(({ text }) => text)).toEqual(['x:n=1', 'y']);
  expect(kind!.places).toEqual([0.75, 0.25, 0.25]);
  expect([metric!.name, metric!.places]).toEqual(['val_loss', [1, 0, 0.5]]);
});

test('many values have round marks within the axis', () => {
  const many = Array.from({ length: 30 }, (_, i) => ({
    settings: { wide: 10 ** (i / 6 - 3), even: i },
    value: i,
  }));
  const [wide, even] = parallelAxes(many, 'loss');
  expect(wide!.marks.map(({ text }) => text)).toEqual(['0.001', '0.01', '0.1', '1', '10']);
  expect(even!.marks.map(({ text }) => text)).toEqual(['0', '5', '10', '15', '20', '25']);
  for (const { at } of [...wide!.marks, ...even!.marks]) {
    expect(at).toBeGreaterThanOrEqual(0);
    expect(at).toBeLessThanOrEqual(1);
  }
});

test('names are as short as they can be told apart', () => {
  expect(shortNames(['model.latent', 'a.b.rate', 'a.c.rate', 'rate'])).toEqual([
    'latent',
    'b.rate',
    'c.rate',
    'rate',
  ]);
  expect(shortNames(['training.optimizer.learningRate.initial', 'model.latent'])).toEqual([
    'learningRate.initial',
    'latent',
  ]);
  expect(valueText([1, { type: 'dense', units: 2 }])).toBe('1 dense:units=2');
});

test('the picture has the best run in the strongest colour', async () => {
  for (const better of ['less', 'more'] as const) {
    const file = await parallelPicture(lines, { metric: 'loss', better });
    expect(hasWhiteFrame(file, 8)).toBe(true);
    const { width, height, pixel } = readPng(file);
    const rows = Array.from({ length: height }, (_, y) => y).filter((y) => {
      const right = Array.from({ length: Math.floor(width / 4) }, (_, i) => width - 1 - i);
      return right.some((x) => String(pixel(x, y).slice(0, 3)) === '0,79,193');
    });
    expect(rows.length).toBeGreaterThan(20);
    // The best is at the lower end of the last axis, or at the upper.
    const isBelow = rows.every((y) => y > height / 2);
    const isAbove = rows.every((y) => y < height / 2);
    expect([isBelow, isAbove]).toEqual([better === 'less', better === 'more']);
  }
  await expect(parallelPicture([], { metric: 'loss', better: 'less' })).rejects.toThrow('no line');
});
