import { expect, test } from 'vitest';
import {
  emptyTrace,
  pointsOf,
  type Trace,
  Tracer,
  traceOfEpochs,
  traceOfRun,
  traceUntil,
  traceWith,
} from '../../studio/src/train/trace.js';
import { nearestPlace } from '../../studio/src/ui/nearest.js';
import { robustRange, wholeRange } from '../../studio/src/ui/range.js';
import { smoothed } from '../../studio/src/ui/smoothed.js';
import { curveColumns } from '../../studio/src/views/train/curve-columns.js';

const line = (epoch: number, loss: number, steps = 10) => ({
  ...{ epoch, loss, reconstruction: loss - 1, kl: 1, seconds: 1, steps },
  ...{ val_loss: loss + 1, val_kl: 2 },
});

/** A trace of calls of so many steps each, of a loss by step. */
function traced(calls: readonly number[], lossAt: (step: number) => number): Trace {
  let [trace, done] = [{ ...emptyTrace, stepsPerEpoch: 100 }, 0];
  for (const count of calls) {
    let sum = 0;
    for (let i = 1; i <= count; i++) sum += lossAt(done + i);
    done += count;
    trace = traceWith(trace, done, { loss: sum / count });
  }
  return trace;
}

const calls = (count: number, steps: number) => new Array<number>(count).fill(steps);

test('each point of a long trace is the mean over equally many steps, in their middle', () => {
  const trace = traced(calls(100_000, 8), (step) => step);
  const { x, means } = pointsOf(trace);
  expect(x.length).toBeGreaterThan(300);
  expect(x.length).toBeLessThanOrEqual(600);
  // The mean of the numbers of steps is the middle, and half a step later.
  x.slice(0, -1).forEach((at, i) => {
    expect(at).toBeCloseTo(((i + 0.5) * trace.span) / 100, 9);
    expect(means.loss![i]).toBeCloseTo(100 * at + 0.5, 3);
  });
  expect(x[0]).toBeLessThan(0.005 * 8000);
});

test('a long trace is as noisy at its end as at its beginning', () => {
  let seed = 1;
  const noise = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const { means } = pointsOf(traced(calls(60_000, 4), noise));
  const deviation = (values: readonly number[]) =>
    Math.sqrt(values.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / values.length);
  const loss = means.loss!;
  const third = Math.floor(loss.length / 3);
  const ratio = deviation(loss.slice(-third)) / deviation(loss.slice(0, third));
  expect(ratio).toBeGreaterThan(0.7);
  expect(ratio).toBeLessThan(1.4);
});

test('calls of unequal lengths make equal spans, none shorter than a call', () => {
  const trace = traced([3, 8, 1, 50, 7, 64, 20, 64, 64], () => 5);
  expect(trace.span).toBe(64);
  expect(trace.steps).toBe(281);
  expect(trace.means.loss!.every((value) => Math.abs(value - 5) < 1e-9)).toBe(true);
  // The last 25 steps are too few for a point as sure as the others.
  expect(pointsOf(trace).x).toEqual([0.32, 0.96, 1.6, 2.24]);
});

test('a trace goes on at a checkpoint without a spike, and without steps that are done again', () => {
  const see = (tracer: Tracer, step: number) => {
    // A loss of 100 − step at each step of the one epoch of 80.
    const mean = 100 - (step + 1) / 2;
    const metrics = { loss: mean, reconstruction: mean };
    tracer.see({
      epoch: 1,
      epochs: 1,
      step,
      steps: 80,
      examples: 32 * step,
      metrics,
      millisecondsPerStep: 1,
    });
  };
  const unbroken = new Tracer(emptyTrace);
  for (let step = 4; step <= 80; step += 4) see(unbroken, step);
  const before = new Tracer(emptyTrace);
  for (let step = 4; step <= 48; step += 4) see(before, step);
  const sum = 40 * (100 - 41 / 2);
  const resumed = new Tracer(before.trace, {
    ...{ step: 40, epoch: 1, batch: 40, identity: {}, seconds: 1, history: [], changes: [] },
    totals: { examples: 40, sums: { loss: sum, reconstruction: sum } },
    ...{ skipped: { all: 0, inRow: 0 }, tensors: {} },
  });
  expect(resumed.trace.steps).toBe(40);
  for (let step = 44; step <= 80; step += 4) see(resumed, step);
  expect(resumed.trace.steps).toBe(80);
  resumed.trace.means.loss!.forEach((value, i) => {
    expect(value).toBeCloseTo(unbroken.trace.means.loss![i]!, 6);
  });
});

test('a trace is cut in the middle of a span', () => {
  const cut = traceUntil(
    traced(calls(10, 8), () => 3),
    36,
  );
  expect([cut.steps, cut.means.loss]).toEqual([36, [3, 3, 3, 3, 3]]);
  expect(traceUntil(cut, 100)).toBe(cut);
});

test('runs without a trace, or with one of an older kind, are shown by their epochs', () => {
  const metrics = [line(1, 9), line(2, 7)];
  const trace = traceOfRun({ metrics, trace: [{ epochs: 1, loss: 9, reconstruction: 8 }] });
  expect(trace).toEqual(traceOfEpochs(metrics));
  const { x, trained } = curveColumns(emptyTrace, metrics);
  // Spans are powers of two: 16 steps, then the 4 that are left of 20.
  expect(x).toEqual([0.8, 1, 2]);
  expect(trained('loss')[0]).toBeCloseTo((10 * 9 + 6 * 7) / 16, 9);
});

test('a chart has steps and whole epochs in order, each x once', () => {
  const trace = { ...emptyTrace, span: 8, stepsPerEpoch: 8, steps: 16, means: { loss: [9, 8] } };
  const { x, trained, validated } = curveColumns(trace, [line(1, 8.5), line(2, Number.NaN)]);
  expect(x).toEqual([0.5, 1, 1.5, 2]);
  expect(trained('loss')).toEqual([9, null, 8, null]);
  expect(trained('other')).toEqual([null, null, null, null]);
  expect(validated('loss')).toEqual([null, 9.5, null, null]);
});

test('in a long training validation has means over equally many epochs too', () => {
  const epochs = Array.from({ length: 2400 }, (_, i) => line(i + 1, i + 1));
  const { x, validated } = curveColumns({ ...emptyTrace, steps: 1 }, epochs);
  expect(x.slice(1, 3)).toEqual([2.5, 6.5]);
  expect(x.length).toBe(601);
  expect(validated('loss').slice(0, 3)).toEqual([null, 3.5, 7.5]);
});

test('under the pointer each series has its nearest value', () => {
  const x = [0, 1, 2, 3, 4];
  const column = [null, 5, null, null, 6];
  expect([0, 2, 3].map((place) => nearestPlace(x, column, place, place))).toEqual([1, 1, 4]);
  expect(nearestPlace(x, [null, null], 0, 0)).toBe(0);
});

test('the axis is about the settled values, and holds all where they are near', () => {
  const x = Array.from({ length: 100 }, (_, i) => i);
  const falling = x.map((i) => 150 + 400 * Math.exp(-i / 2));
  const { low, high, isCut } = robustRange(x, [falling])!;
  expect([low < 150, high < 200, isCut]).toEqual([true, true, true]);
  expect(wholeRange([falling])!.high).toBeGreaterThan(550);
  const line = robustRange(x, [x])!;
  expect(line.isCut).toBe(false);
  expect([line.low, line.high]).toEqual([expect.closeTo(-4.95), expect.closeTo(103.95)]);
  const spiked = x.map((i) => (i === 60 ? 1e6 : 10 + i / 100));
  expect(robustRange(x, [spiked])!.high).toBeLessThan(20);
  expect(robustRange([1], [[5]])).toEqual({ low: 4.75, high: 5.25, isCut: false });
  expect(robustRange([], [[]])).toBeUndefined();
});

test('smooth courses do not start from zero, and leave gaps', () => {
  expect(smoothed([8, 8, null, 8], 0.9)).toEqual([
    expect.closeTo(8),
    expect.closeTo(8),
    null,
    expect.closeTo(8),
  ]);
  expect(smoothed([1, 3], 0.5)[1]).toBeCloseTo((0.25 + 1.5) / 0.75);
});
