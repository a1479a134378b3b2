import { expect, test } from 'vitest';
import { aligning } from '../../studio/src/model/learning/aligned.js';
import { decodeLearning, encodeLearning } from '../../studio/src/model/learning/file.js';
import { type Frame, framesWith } from '../../studio/src/model/learning/frames.js';
import { viewOf } from '../../studio/src/views/train/learning/view.js';

const frameAt = (step: number, places = new Float32Array()): Frame => ({
  ...{ step, epochs: step / 10, places, centre: [0.5, -1] },
  ...{ kl: Float32Array.of(1, 2), usage: new Float32Array() },
  ...{ made: Uint8Array.of(step % 256, 1), samples: new Uint8Array() },
});

test('of many frames those that are left lie evenly over the training, with its first and last', () => {
  let frames: readonly Frame[] = [];
  for (let step = 0; step <= 5000; step += 5) {
    frames = framesWith(frames, frameAt(step));
    expect(frames.length).toBeLessThanOrEqual(128);
    expect(frames.at(-1)!.step).toBe(step);
  }
  expect(frames.length).toBeGreaterThan(50);
  expect(frames[0]!.step).toBe(0);
  const gaps = frames.slice(1, -1).map(({ step }, i) => step - frames[i]!.step);
  expect(Math.max(...gaps) / Math.min(...gaps)).toBeLessThanOrEqual(2);
});

test('places are turned and mirrored onto earlier ones, and no further', () => {
  const earlier = Float32Array.of(1, 0, 0, 2, -3, 1, 2, 2);
  const [cos, sin] = [Math.cos(2), Math.sin(2)];
  for (const side of [1, -1]) {
    const moved = earlier.map((_, i) => {
      const [x, y] = [earlier[i - (i % 2)]!, side * earlier[i - (i % 2) + 1]!];
      return i % 2 === 0 ? x * cos - y * sin : x * sin + y * cos;
    });
    const turn = aligning(moved, earlier);
    for (let i = 0; i < earlier.length; i += 2) {
      const [x, y] = turn([moved[i]!, moved[i + 1]!]);
      expect(x).toBeCloseTo(earlier[i]!, 5);
      expect(y).toBeCloseTo(earlier[i + 1]!, 5);
    }
  }
});

test('a record is the same after it was kept', () => {
  const record = {
    watched: {
      ...{ map: 'latents' as const, count: 2, areNew: true, labels: Int32Array.of(3, 4) },
      classNames: ['a', 'b'],
      originals: { data: Uint8Array.of(5, 6), dims: [1, 1, 1, 2] },
    },
    frames: [frameAt(0, Float32Array.of(1, 2, 3, 4)), frameAt(7, Float32Array.of(5, 6, 7, 8))],
  };
  expect(decodeLearning(encodeLearning(record))).toEqual(record);
});

test('a view holds the places of all frames, and the prior', () => {
  const near = viewOf([frameAt(0, Float32Array.of(0.1, 0.1, 0.2, 0.2))], 310, 620);
  expect(near).toMatchObject({ x: 0, y: 0, unit: 50 });
  const far = viewOf([frameAt(0, Float32Array.of(0, 0, 10, 10)), frameAt(1)], 310, 310);
  expect(far.x + 155 / far.unit).toBeGreaterThan(10);
});
