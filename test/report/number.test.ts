import { describe, expect, it } from 'vitest';
import { formatCount, formatDuration, formatNumber } from '../../src/report/number.js';

describe('formatNumber', () => {
  it.each([
    [199.6412, '199.64'],
    [1.70123, '1.7012'],
    [0.98765, '0.9877'],
    [-12.34567, '-12.346'],
    [98765.4, '98765'],
    [0.0000123, '1.23e-5'],
    [0.00001, '1e-5'],
    [-123456789.5, '-1.23e8'],
    [0, '0'],
    [200, '200'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ])('%s is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([
    [-1, '0s'],
    [0.4, '0s'],
    [59.4, '59s'],
    [59.6, '1m00s'],
    [125, '2m05s'],
    [3720, '1h02m'],
  ])('%s s is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

it('sets thousands apart in counts', () => {
  expect(formatCount(101770)).toBe('101,770');
  expect(formatCount(999)).toBe('999');
});
