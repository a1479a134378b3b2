import { expect, test } from 'vitest';
import { TimeLeft } from '../../studio/src/train/time-left.js';

/** The seconds told at each step of a training, and the seconds truly left. */
function told(
  epochs: number,
  steps: number,
  milliseconds: (step: number, epoch: number) => number,
) {
  let now = 1000;
  const clock = new TimeLeft(() => now);
  const seen: { readonly at: number; readonly seconds: number | undefined }[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (let step = 1; step <= steps; step++) {
      now += milliseconds(step, epoch);
      const metrics = { loss: 1, reconstruction: 1 };
      const examples = step;
      const seconds = clock.see({
        ...{ epoch, epochs, step, steps, examples, metrics },
        millisecondsPerStep: 1,
      });
      seen.push({ at: now, seconds });
    }
  }
  const end = now;
  return seen.map(({ at, seconds }) => ({ seconds, left: (end - at) / 1000 }));
}

const errorsOf = (lines: ReturnType<typeof told>) =>
  lines
    .filter(({ seconds, left }) => seconds !== undefined && left > 3)
    .map(({ seconds, left }) => Math.abs(seconds! / left - 1));

test('slow first steps are forgotten soon', () => {
  // Takes 60 times as long for the first steps, as while the runtime warms up.
  const lines = told(30, 100, (step, epoch) => (epoch === 1 && step <= 10 ? 1200 : 20));
  const later = lines.slice(700);
  expect(Math.max(...errorsOf(later))).toBeLessThan(0.25);
  expect(lines.at(-1)!.seconds).toBe(0);
});

test('time between epochs counts too, once there was some', () => {
  // Validation takes as long as the steps of an epoch.
  const lines = told(20, 50, (step) => (step === 1 ? 520 : 10));
  expect(Math.max(...errorsOf(lines.slice(200)))).toBeLessThan(0.3);
});

test('a training that grows slower is told so', () => {
  const lines = told(40, 50, (_, epoch) => (epoch <= 10 ? 20 : 100));
  expect(Math.max(...errorsOf(lines.slice(1300)))).toBeLessThan(0.3);
});

test('nothing is told of a moment', () => {
  expect(told(2, 2, () => 10).map(({ seconds }) => seconds)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
