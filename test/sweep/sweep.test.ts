import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SweepRun, sweep, type Trial } from '../../src/index.js';
import { checkSweep } from '../../src/sweep/definition.js';
import { nextTask, type Race } from '../../src/sweep/halving.js';
import { drawValue, gridValues } from '../../src/sweep/settings.js';
import { rungsOf, trialsOf } from '../../src/sweep/trials.js';

describe('values of settings', () => {
  test('a grid takes them from the first to the last', () => {
    expect(gridValues(['a', { type: 'b' }])).toEqual(['a', { type: 'b' }]);
    expect(gridValues({ type: 'uniform', from: -1, to: 1, count: 5 })).toEqual([
      -1, -0.5, 0, 0.5, 1,
    ]);
    expect(gridValues({ type: 'logUniform', from: 1e-4, to: 1e-1, count: 4 })).toEqual([
      1e-4, 1e-3, 1e-2, 1e-1,
    ]);
    expect(gridValues({ type: 'integer', from: 2, to: 9, step: 3 })).toEqual([2, 5, 8]);
  });

  test('draws follow seed, place and run alone, and spread as they should', () => {
    const settings = { a: { type: 'uniform', from: 0, to: 1 }, b: [1, 2, 3] } as const;
    const search = (runs: number) => ({
      ...{ settings },
      method: { type: 'random', runs, seed: 3 },
    });
    const some = trialsOf(checkSweep(search(12), 'sweep.json'));
    const more = trialsOf(checkSweep(search(40), 'sweep.json'));
    expect(more.slice(0, 12)).toEqual(some);
    const log = Array.from({ length: 2000 }, (_, i) =>
      drawValue({ type: 'logUniform', from: 1e-4, to: 1e-2, count: 5 }, 7, 'rate', i),
    ) as number[];
    // The middle by logarithms is 1e-3: three standard errors of a half are 0.034.
    expect(Math.abs(log.filter((value) => value < 1e-3).length / 2000 - 0.5)).toBeLessThan(0.034);
    expect(Math.min(...log)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...log)).toBeLessThanOrEqual(1e-2);
    const whole = Array.from({ length: 300 }, (_, i) =>
      drawValue({ type: 'integer', from: 1, to: 3, step: 1 }, 7, 'latent', i),
    );
    expect(new Set(whole)).toEqual(new Set([1, 2, 3]));
  });

  test('a grid is every value with every other, the last changing first', () => {
    const trials = trialsOf({ method: { type: 'grid' }, settings: { a: [1, 2], b: ['x', 'y'] } });
    expect(trials.map(({ settings }) => settings)).toEqual([
      { a: 1, b: 'x' },
      { a: 1, b: 'y' },
      { a: 2, b: 'x' },
      { a: 2, b: 'y' },
    ]);
    expect(() =>
      trialsOf({
        method: { type: 'grid' },
        settings: { a: { type: 'integer', from: 1, to: 1e6, step: 1 } },
      }),
    ).toThrow('A grid of these settings has 1000000 runs');
  });

  test.each([
    [{ method: { type: 'random' }, settings: { a: [1] } }, 'method.runs: it is missing'],
    [
      { method: { type: 'gird' }, settings: { a: [1] } },
      "unknown method 'gird'. Did you mean 'grid'?",
    ],
    [{ method: { type: 'grid' }, settings: {} }, 'settings: give at least one setting'],
    [
      { method: { type: 'grid' }, settings: { a: [] } },
      'settings.a: it must have at least 1 entry',
    ],
    [
      { method: { type: 'grid' }, settings: { a: { type: 'logUniform', from: 0, to: 1 } } },
      'settings.a.from: it must be more than 0',
    ],
    [
      { method: { type: 'grid' }, settings: { a: { type: 'uniform', from: 2, to: 1 } } },
      'settings.a: from must be no more than to',
    ],
    [
      { method: { type: 'grid' }, settings: { a: [1] }, metrics: 'loss' },
      "unknown key 'metrics'. Did you mean 'metric'?",
    ],
  ])('%j is refused', (value, message) => {
    expect(() => checkSweep(value, 'sweep.json')).toThrow(message);
  });
});

describe('halving', () => {
  test('the last rung is all epochs, a factor apart', () => {
    const method = { type: 'asha', seed: 0, least: 1, factor: 3 } as const;
    expect(rungsOf(method, 27)).toEqual([1, 3, 9, 27]);
    expect(rungsOf(method, 30)).toEqual([1, 3, 10, 30]);
    expect(rungsOf({ ...method, least: 4, factor: 2 }, 30)).toEqual([7, 15, 30]);
    expect(rungsOf({ type: 'grid' }, 30)).toEqual([30]);
  });

  /** Halves runs; run n of `runs` has the metric 7 n mod `runs` at every rung. */
  async function halve(type: 'halving' | 'asha', runs: number, jobs: number) {
    const calls: [number, number][] = [];
    const train = async ({ number, epochs }: SweepRun) => {
      calls.push([number, epochs]);
      return (number * 7) % runs;
    };
    const method = { type, runs, seed: 1, factor: 3 } as const;
    const swept = await sweep({ method, epochs: 9, settings: { a: [1, 2] } }, train, { jobs });
    return { ...swept, calls };
  }

  test('successive halving trains the best third on, whatever the number of jobs', async () => {
    const one = await halve('halving', 12, 1);
    const counts = [1, 3, 9].map(
      (epochs) => one.calls.filter(([, each]) => each === epochs).length,
    );
    expect(counts).toEqual([12, 4, 1]);
    // Runs 12, 7, 2 and 9 have the least metrics, 7 n mod 12.
    expect(one.trials.filter(({ given }) => given > 1).map(({ number }) => number)).toEqual([
      2, 7, 9, 12,
    ]);
    expect(one.best?.number).toBe(12);
    const three = await halve('halving', 12, 3);
    expect(three.trials).toEqual(one.trials);
  });

  test('ASHA goes on with a run as soon as it is in the best third of its rung', async () => {
    const { calls, best, trials } = await halve('asha', 9, 1);
    // Run 1 has 7, run 2 has 5, run 3 has 3, which is the best of three.
    expect(calls.slice(0, 4)).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [3, 3],
    ]);
    expect(best?.results).toHaveLength(3);
    expect(trials.every(({ results }) => results.length > 0)).toBe(true);
  });

  test('one run is trained to its end though all are too few for that', async () => {
    const { trials } = await halve('asha', 2, 2);
    expect(trials.map(({ results }) => results.length).sort()).toEqual([1, 3]);
  });

  test('a run that goes on was among the best of those that had come as far', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        (values, waits, jobs) => {
          const race: Race = { rungs: 3, factor: 3, waits, better: 'more' };
          const trials: Trial[] = values.map((_, i) => ({
            number: i + 1,
            settings: {},
            given: 0,
            results: [],
          }));
          const running: Trial[] = [];
          for (let steps = 0; steps < 1000; steps++) {
            const task =
              running.length < jobs && nextTask(trials, race, (each) => running.includes(each));
            if (task) {
              const { trial, rung } = task;
              if (rung > 0 && running.length > 0) {
                const passed = trials.filter(({ results }) => results.length >= rung);
                const ahead = passed.filter(
                  (each) => values[each.number - 1]! > values[trial.number - 1]!,
                );
                expect(ahead.length).toBeLessThan(Math.max(1, passed.length / 3));
              }
              trial.given = rung + 1;
              running.push(trial);
              continue;
            }
            const ended = running.shift();
            if (!ended) break;
            ended.results.push(values[ended.number - 1]!);
          }
          expect(running).toEqual([]);
          const full = trials.filter(({ results }) => results.length === 3);
          expect(full.length).toBeGreaterThan(0);
          expect(trials.every(({ results, given }) => results.length === given && given > 0)).toBe(
            true,
          );
        },
      ),
    );
  });
});

describe('sweep', () => {
  const options = { method: { type: 'grid' }, settings: { x: [3, 1, 2, 5] } } as const;

  test('trains no more at a time than it may, and finds the best', async () => {
    let [now, most] = [0, 0];
    const train = async ({ settings }: SweepRun) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 2));
      now--;
      return settings.x as number;
    };
    const { best } = await sweep(options, train, { jobs: 2 });
    expect([most, best?.settings]).toEqual([2, { x: 1 }]);
    const { best: other } = await sweep({ ...options, better: 'more' }, train, { jobs: 9 });
    expect([most, other?.settings]).toEqual([4, { x: 5 }]);
  });

  test('tells why runs failed, which stop no other', async () => {
    const { trials, best } = await sweep(options, async ({ settings: { x } }) => {
      if (x === 1) throw new Error('too small');
      return x === 2 ? Number.NaN : Number(x);
    });
    expect(trials.map(({ failure }) => failure)).toEqual([
      undefined,
      'too small',
      'its metric is not a number',
      undefined,
    ]);
    expect(best?.settings).toEqual({ x: 3 });
  });

  test('goes on from the kept state when it was stopped, and trains nothing twice', async () => {
    const stopping = new AbortController();
    let kept = '';
    const ended: unknown[] = [];
    const run = (signal?: AbortSignal) =>
      sweep(
        options,
        async ({ settings: { x }, signal: stop }) => {
          if (signal && ended.length === 1) stopping.abort();
          stop.throwIfAborted();
          ended.push(x);
          return Number(x);
        },
        {
          ...(signal ? { signal } : {}),
          ...(kept ? { trials: JSON.parse(kept) as Trial[] } : {}),
          onChange: (trials) => {
            kept = JSON.stringify(trials);
          },
        },
      );
    const first = await run(stopping.signal);
    expect(first.trials.map(({ given, results }) => [given, results.length])).toEqual([
      [1, 1],
      [1, 0],
      [0, 0],
      [0, 0],
    ]);
    const { best, trials } = await run();
    expect(ended).toEqual([3, 1, 2, 5]);
    expect(trials.map(({ results }) => results)).toEqual([[3], [1], [2], [5]]);
    expect(best?.settings).toEqual({ x: 1 });
  });

  test('wrong options are told', async () => {
    const train = async () => 1;
    await expect(sweep({ ...options, epochs: 0 }, train)).rejects.toThrow('sweep.epochs');
    const settings = { x: { type: 'uniform', from: 2, to: 1 } } as const;
    await expect(sweep({ ...options, settings }, train)).rejects.toThrow('sweep.settings.x');
  });

  test('a fault in keeping the state ends it, once jobs are over', async () => {
    let isOver = false;
    let changes = 0;
    const swept = sweep(
      options,
      async ({ signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        isOver = true;
        return 1;
      },
      {
        jobs: 2,
        onChange: () => {
          if (++changes === 2) throw new Error('no room');
        },
      },
    );
    await expect(swept).rejects.toThrow('no room');
    expect(isOver).toBe(true);
  });
});
