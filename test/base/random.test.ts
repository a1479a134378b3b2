import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import {
  fillBernoulli,
  fillNormal,
  fillUniform,
  permutation,
  philox4x32,
  randomStream,
} from '../../src/base/random.js';

function uniforms(count: number, ...stream: Parameters<typeof randomStream>): Float32Array {
  const values = new Float32Array(count);
  fillUniform(randomStream(...stream), values);
  return values;
}

function normals(count: number, ...stream: Parameters<typeof randomStream>): Float32Array {
  const values = new Float32Array(count);
  fillNormal(randomStream(...stream), values);
  return values;
}

function ones(
  count: number,
  probability: number,
  ...stream: Parameters<typeof randomStream>
): Uint8Array {
  const values = new Uint8Array(count);
  fillBernoulli(randomStream(...stream), values, probability);
  return values;
}

/** Means of value^1 to value^4. */
function moments(values: Float32Array): number[] {
  return [1, 2, 3, 4].map(
    (power) => values.reduce((sum, value) => sum + value ** power, 0) / values.length,
  );
}

/** The Kolmogorov-Smirnov statistic times sqrt(n); under 1.63 in 99 of 100 samples. */
function kolmogorovSmirnov(values: Float32Array, cdf: (x: number) => number): number {
  const sorted = values.slice().sort();
  let distance = 0;
  sorted.forEach((value, i) => {
    const p = cdf(value);
    distance = Math.max(distance, (i + 1) / sorted.length - p, p - i / sorted.length);
  });
  return distance * Math.sqrt(sorted.length);
}

/** The standard normal distribution function; Abramowitz and Stegun 26.2.17, error under 7.5e-8. */
function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x > 0 ? 1 - upper : upper;
}

function correlation(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum / a.length;
}

describe('philox4x32', () => {
  // Random123's tests/kat_vectors, philox4x32 with 10 rounds.
  it.each([
    ['zeros', [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [
      'ones',
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      'digits of pi',
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as [string, [number, number, number, number], [number, number], number[]][])(
    'gives the published answer for %s',
    (_, counter, key, answer) => {
      const out = new Uint32Array(4);
      philox4x32(...counter, ...key, out);
      expect([...out]).toEqual(answer);
    },
  );

  it('agrees with exact integer arithmetic on any counter and key', () => {
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
        let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
        let [k0, k1] = key.map(BigInt) as [bigint, bigint];
        const mask = 0xffffffffn;
        for (let round = 0; round < 10; round++) {
          const p0 = c0 * 0xd2511f53n;
          const p1 = c2 * 0xcd9e8d57n;
          [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask];
          k0 = (k0 + 0x9e3779b9n) & mask;
          k1 = (k1 + 0xbb67ae85n) & mask;
        }
        const out = new Uint32Array(4);
        philox4x32(...counter, ...key, out);
        expect([...out].map(BigInt)).toEqual([c0, c1, c2, c3]);
      }),
    );
  });
});

describe('randomStream', () => {
  it('keeps all 53 bits of seed and step, and FNV-1a of the name', () => {
    expect(randomStream(2 ** 53 - 1, 'foobar', 2 ** 32 + 5)).toEqual({
      key: [0xffffffff, 0x1fffff],
      counter: [5, 1, 0xbf9cf968],
    });
    expect(randomStream(0, 'a').counter).toEqual([0, 0, 0xe40c292c]);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses seed or step %d', (value) => {
    expect(() => randomStream(value, 'noise')).toThrow(UserError);
    expect(() => randomStream(0, 'noise', value)).toThrow(/^step .*give an integer/);
  });

  it('gives other numbers for another seed, name or step, and the same for the same', () => {
    const seen = new Set<string>();
    const names = ['noise', 'order', 'parameters', 'dropout', 'sample', 'latent', 'binarize'];
    const numbers = [0, 1, 2, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
    for (const seed of numbers) {
      for (const name of names) {
        for (const step of numbers) seen.add(uniforms(4, seed, name, step).join());
      }
    }
    expect(seen.size).toBe(numbers.length ** 2 * names.length);
    expect(uniforms(9, 3, 'noise', 4)).toEqual(uniforms(9, 3, 'noise', 4));
  });

  it('shares no block between 20,000 neighbouring steps', () => {
    const seen = new Set<string>();
    for (let step = 0; step < 20_000; step++) {
      const values = uniforms(8, 1, 'noise', step);
      seen.add(values.subarray(0, 4).join()).add(values.subarray(4).join());
    }
    expect(seen.size).toBe(40_000);
  });
});

describe('fillUniform', () => {
  it('takes the high 24 bits of the words of counter [block, step, step, name]', () => {
    const words = new Uint32Array(8);
    for (const block of [0, 1]) {
      philox4x32(block, 7, 2, 0xe40c292c, 9, 3, words.subarray(block * 4, block * 4 + 4));
    }
    const values = uniforms(7, 3 * 2 ** 32 + 9, 'a', 2 * 2 ** 32 + 7);
    expect([...values]).toEqual([...words.subarray(0, 7)].map((word) => (word >>> 8) / 2 ** 24));
  });

  it('is uniform on [0, 1)', () => {
    const values = uniforms(200_000, 1, 'uniform');
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const [mean, square] = moments(values) as [number, number];
    expect(mean).toBeCloseTo(1 / 2, 2);
    expect(square).toBeCloseTo(1 / 3, 2);
    expect(kolmogorovSmirnov(values, (x) => x)).toBeLessThan(1.63);
  });
});

describe('fillNormal', () => {
  it('is the Box-Muller transform of the words', () => {
    const words = new Uint32Array(4);
    for (let step = 0; step < 2000; step++) {
      philox4x32(0, step, 0, 0xe40c292c, 5, 0, words);
      const values = normals(4, 5, 'a', step);
      for (const pair of [0, 2]) {
        const radius = Math.sqrt(-2 * Math.log(((words[pair]! | 1) >>> 0) / 2 ** 32));
        const turn = words[pair + 1]!;
        const angle = ((turn | 0) / 2 ** 32) * Math.PI + (turn & 1) * Math.PI;
        expect(values[pair]).toBeCloseTo(radius * Math.cos(angle), 6);
        expect(values[pair + 1]).toBeCloseTo(radius * Math.sin(angle), 6);
      }
    }
  });

  it('is standard normal: finite, moments 0, 1, 0, 3, Kolmogorov-Smirnov', () => {
    const values = normals(400_000, 2, 'normal');
    expect(values.every(Number.isFinite)).toBe(true);
    const [mean, square, cube, fourth] = moments(values) as [number, number, number, number];
    // Four standard errors of each: sqrt(variance of the power / n).
    const error = 4 / Math.sqrt(values.length);
    expect(Math.abs(mean)).toBeLessThan(error);
    expect(Math.abs(square - 1)).toBeLessThan(error * Math.sqrt(2));
    expect(Math.abs(cube)).toBeLessThan(error * Math.sqrt(15));
    expect(Math.abs(fourth - 3)).toBeLessThan(error * Math.sqrt(96));
    expect(kolmogorovSmirnov(values, normalCdf)).toBeLessThan(1.63);
    expect(values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)).toBeGreaterThan(4);
  });

  it('is independent between the two values of a pair, neighbours, steps and names', () => {
    const count = 100_000;
    const values = normals(count + 1, 3, 'noise', 1);
    const limit = 4 / Math.sqrt(count);
    const all = values.subarray(0, count);
    expect(Math.abs(correlation(all, values.subarray(1)))).toBeLessThan(limit);
    expect(Math.abs(correlation(all, normals(count, 3, 'noise', 2)))).toBeLessThan(limit);
    expect(Math.abs(correlation(all, normals(count, 3, 'order', 1)))).toBeLessThan(limit);
    expect(Math.abs(correlation(all, normals(count, 4, 'noise', 1)))).toBeLessThan(limit);
    const squares = all.map((value) => value * value - 1);
    const next = values.subarray(1).map((value) => value * value - 1);
    expect(Math.abs(correlation(squares, next))).toBeLessThan(2 * limit);
  });

  it('never changes: a saved run resumes with the same noise on every engine', () => {
    const bits = new Uint32Array(normals(6, 42, 'noise', 1000).buffer);
    expect([...bits]).toEqual([
      1065283153, 1057616983, 3203258039, 3219202666, 3201405742, 3224527185,
    ]);
  });
});

describe('fillBernoulli', () => {
  it('compares 32 bits with the probability: a byte of a block, and 24 bits from far behind', () => {
    const stream = randomStream(9, 'a', 7);
    const wordOf = (block: number, word: number) => {
      const words = new Uint32Array(4);
      philox4x32(block, ...stream.counter, ...stream.key, words);
      return words[word]!;
    };
    const number = (i: number) => {
      const byte = (wordOf(i >> 4, (i >> 2) & 3) >>> (8 * (i & 3))) & 0xff;
      return byte / 2 ** 8 + (wordOf(2 ** 31 + (i >> 2), i & 3) >>> 8) / 2 ** 32;
    };
    const numbers = Array.from({ length: 3000 }, (_, i) => number(i));
    // Tries some numbers and their neighbours too, where all 32 bits decide.
    const near = numbers.slice(0, 20).flatMap((value) => [value, value + 2 ** -32]);
    for (const probability of [0, 0.1, 1 / 3, 0.5, 0.8, 255 / 256, 1 - 2 ** -40, 1, ...near]) {
      const expected = numbers.map((value) => (value < probability ? 1 : 0));
      expect([...ones(3000, probability, 9, 'a', 7)], `${probability}`).toEqual(expected);
    }
  });

  it('has the mean and the pair correlations of independent draws', () => {
    const count = 200_000;
    for (const probability of [0.002, 0.3, 0.5, 0.8, 0.999]) {
      const values = ones(count, probability, 4, 'dropout', 3);
      const deviation = Math.sqrt(probability * (1 - probability));
      const centred = Float32Array.from(values, (value) => (value - probability) / deviation);
      const limit = 5 / Math.sqrt(count);
      expect(Math.abs(moments(centred)[0]!), `${probability}`).toBeLessThan(limit);
      for (const lag of [1, 2, 4, 16, 64]) {
        expect(
          Math.abs(correlation(centred.subarray(0, count - lag), centred.subarray(lag))),
          `${probability}, ${lag}`,
        ).toBeLessThan(limit);
      }
      const next = ones(count, probability, 4, 'dropout', 4);
      const other = Float32Array.from(next, (value) => (value - probability) / deviation);
      expect(Math.abs(correlation(centred, other)), `${probability}`).toBeLessThan(limit);
    }
  });

  it('never changes: a saved run resumes with the same masks on every engine', () => {
    expect(ones(32, 0.8, 42, 'dropout', 1000).join('')).toBe('11101111011111101111011111111111');
  });

  it('writes its target only', () => {
    const whole = new Uint8Array(40).fill(9);
    fillBernoulli(randomStream(1, 'dropout'), whole.subarray(3, 16), 0.5);
    expect([...whole.subarray(0, 3), ...whole.subarray(16)]).toEqual(new Array(27).fill(9));
    expect(Math.max(...whole.subarray(3, 16))).toBeLessThan(2);
  });
});

describe('fills', () => {
  const half = (count: number, ...stream: Parameters<typeof randomStream>) =>
    ones(count, 0.5, ...stream);

  it.each([
    ['uniform', uniforms],
    ['normal', normals],
    ['Bernoulli', half],
  ])('%s: give element i whatever the length', (_, fill) => {
    const long = fill(70_001, 5, 'noise', 6);
    const few = Array.from({ length: 70 }, (_, length) => length);
    // Lengths around the ends of the pieces drawn in one go.
    const many = [4096, 16_384, 65_536].flatMap((end) => [-2, -1, 0, 1, 2, 7].map((i) => end + i));
    for (const length of [...few, ...many]) {
      const short = fill(length, 5, 'noise', 6);
      expect(
        Buffer.compare(Buffer.from(short.buffer), Buffer.from(long.slice(0, length).buffer)),
      ).toBe(0);
    }
  });

  it('take the words of philox4x32, block after block', () => {
    const stream = randomStream(8, 'noise', 2 ** 33 + 1);
    const words = new Uint32Array(4);
    uniforms(20_000, 8, 'noise', 2 ** 33 + 1).forEach((value, i) => {
      if (i % 4 === 0) philox4x32(i / 4, ...stream.counter, ...stream.key, words);
      if (value !== (words[i % 4]! >>> 8) / 2 ** 24) expect.unreachable(`element ${i}`);
    });
  });
});

describe('permutation', () => {
  it('holds every number once', () => {
    for (const n of [0, 1, 2, 5, 60_000]) {
      const order = permutation(randomStream(1, 'order'), n);
      expect(order.length).toBe(n);
      expect(order.slice().sort()).toEqual(Uint32Array.from({ length: n }, (_, i) => i));
    }
  });

  it('depends on the stream alone', () => {
    const order = permutation(randomStream(1, 'order', 3), 100);
    uniforms(10, 1, 'noise', 3);
    expect(permutation(randomStream(1, 'order', 3), 100)).toEqual(order);
    expect(permutation(randomStream(1, 'order', 4), 100)).not.toEqual(order);
  });

  it('gives every order of 4 equally often', () => {
    const trials = 48_000;
    const counts = new Map<string, number>();
    for (let step = 0; step < trials; step++) {
      const order = permutation(randomStream(6, 'order', step), 4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const expected = trials / 24;
    const chiSquare = [...counts.values()].reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    );
    // The 99 % point of chi-square with 23 degrees of freedom.
    expect(chiSquare).toBeLessThan(41.64);
  });

  it('puts every number at every place of a long order equally often', () => {
    const n = 60_000;
    const order = permutation(randomStream(7, 'order'), n);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (i / n - 0.5) * (order[i]! / n - 0.5) * 12;
    expect(Math.abs(sum / n)).toBeLessThan(4 / Math.sqrt(n));
    // A random order has one fixed point in the mean, and 8 or more once in 100,000 orders.
    expect(order.filter((value, i) => value === i).length).toBeLessThan(8);
  });

  it('draws anew where a bounded integer would be biased', () => {
    const n = 300_000;
    const stream = randomStream(8, 'order');
    const words = new Uint32Array(4);
    let used = 0;
    const below = (bound: number): number => {
      for (;;) {
        if (used % 4 === 0) philox4x32(used / 4, ...stream.counter, ...stream.key, words);
        const product = BigInt(words[used++ % 4]!) * BigInt(bound);
        if ((product & 0xffffffffn) >= 2n ** 32n % BigInt(bound)) return Number(product >> 32n);
      }
    };
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let last = n - 1; last > 0; last--) {
      const other = below(last + 1);
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    expect(used).toBeGreaterThan(n - 1);
    expect(
      Buffer.compare(new Uint8Array(permutation(stream, n).buffer), new Uint8Array(order.buffer)),
    ).toBe(0);
  });

  it.each([-1, 1.5, 2 ** 32])('refuses size %d', (n) => {
    expect(() => permutation(randomStream(1, 'order'), n)).toThrow(UserError);
  });
});
