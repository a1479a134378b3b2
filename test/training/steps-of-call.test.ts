import { expect, test } from 'vitest';
import { stepsOfCall } from '../../src/training/loop.js';

test('a call takes as many steps as last 160 ms', () => {
  expect(stepsOfCall(0, 100, 10)).toBe(16);
  expect(stepsOfCall(0, 1, 10)).toBe(1600);
  expect(stepsOfCall(0, 500, 1)).toBe(1);
});

test('many parameters make calls longer, so that copying them is a small part', () => {
  // Steps of 12 ms beside 25 ms for the state: calls of one step would stay at one.
  const transfer = 25;
  let count = 1;
  for (let call = 0; call < 5; call++) count = stepsOfCall(transfer, transfer + 12 * count, count);
  expect(count * 12).toBeGreaterThan(10 * transfer);
  expect(count * 12).toBeLessThan(400);
  expect(stepsOfCall(1000, 1300, 1)).toBe(1);
});
