import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import * as all from '../../../src/cli/reproduce/entries/all.js';
import type { Entry, Figure } from '../../../src/cli/reproduce/entry.js';
import { planOf } from '../../../src/cli/reproduce/plan.js';
import { describeReport, reportOf } from '../../../src/cli/reproduce/report.js';
import { mnist } from '../../../src/data/published/mnist.js';
import { resolveRun } from '../../../src/vae/config/resolve.js';
import { fromConfig, VAE } from '../../../src/vae/index.js';

const { test: digits } = await mnist();
const entries: readonly Entry[] = Object.values(all);
const entry = (name: string) => entries.find((each) => each.name === name)!;

describe('a plan', () => {
  test('of all epochs is the published one', () => {
    const { length, examples, runs, out } = planOf(entry('iwae-5'), {});
    expect({ length, examples, out }).toEqual({
      length: { epochs: 3280, share: 1 },
      examples: 1,
      out: 'runs/reproduce/iwae-5',
    });
    expect(runs).toEqual([{ model: 'iwae-5', seed: 123, path: out }]);
  });

  test('of a fraction shortens epochs, and settings told in epochs', () => {
    const { length, examples, out } = planOf(entry('iwae-5'), { fraction: 0.1 });
    expect([length, examples, out]).toEqual([
      { epochs: 328, share: 0.1 },
      1,
      'runs/reproduce/iwae-5-0.1',
    ]);
    const { training } = entry('iwae-5').models['iwae-5']!(length);
    const { learningRate } = (training as { optimizer: { learningRate: unknown } }).optimizer;
    expect(learningRate).toMatchObject({ initial: 1e-3, factor: 10 ** (-1 / 7) });
    const { milestones } = learningRate as { milestones: number[] };
    expect(milestones[0]).toBeCloseTo(0.1, 12);
    expect(milestones.at(-1)).toBeCloseTo(109.3, 12);
  });

  test('of less than an epoch takes fewer examples', () => {
    const { length, examples } = planOf(entry('tutorial'), { fraction: 0.01 });
    expect(length.epochs).toBe(1);
    expect(examples).toBeCloseTo(0.3, 12);
  });

  test('has a run for each model and seed', () => {
    const { runs } = planOf(entry('factor-vae'), { seed: 7, out: 'here' });
    expect(runs.map(({ path }) => path)).toEqual([
      'here/beta-vae-seed-7',
      'here/factor-vae-seed-7',
      'here/beta-vae-seed-8',
      'here/factor-vae-seed-8',
      'here/beta-vae-seed-9',
      'here/factor-vae-seed-9',
    ]);
  });

  test.each([0, -1, 1.1, Number.NaN])('of a fraction of %s is refused', (fraction) => {
    expect(() => planOf(entry('vae'), { fraction })).toThrow(UserError);
  });
});

describe('a report', () => {
  const nats: Figure = { name: 'x', unit: 'nats', expected: 85, tolerance: 0.5 };
  const reported = (figure: Figure, value: number, fraction = 1) => {
    const plan = planOf({ ...entry('vae'), figures: [figure] }, { fraction });
    return reportOf(plan, { x: { value } }, { training: 60, measuring: 6 });
  };
  const met = (figure: Figure, value: number) => reported(figure, value).figures[0]!.met;

  test('tells whether a figure is within its tolerance', () => {
    expect([84.4, 84.6, 85.4, 85.6].map((x) => met(nats, x))).toEqual([false, true, true, false]);
    expect([80, 85.6].map((x) => met({ ...nats, bound: 'most' }, x))).toEqual([true, false]);
    expect([84.4, 90].map((x) => met({ ...nats, bound: 'least' }, x))).toEqual([false, true]);
    expect(met(nats, Number.NaN)).toBe(false);
  });

  test('of a fraction compares nothing, and says so', () => {
    const report = reported(nats, 85, 0.1);
    expect(report.figures[0]!.met).toBeNull();
    expect(describeReport(report)).toMatch(
      /x +85\.00 nats +85 ± 0\.5 +not compared[\s\S]*Trained 50 of 500 epochs: a part/,
    );
  });

  test('tells measured beside published', () => {
    const text = describeReport(reported(nats, 85.25));
    expect(text).toMatch(/^vae: VAE by pythae/);
    expect(text).toMatch(/x +85\.25 nats +85 ± 0\.5 +yes/);
    expect(text).toContain('all 500 epochs');
    expect(text).toContain('fixed binarization, drawn once by the seed; 1.0 min of training');
    expect(text).toContain('Unlike the publication: the fixed binarization is drawn by the seed');
  });
});

describe.each(entries)('the entry $name', (each) => {
  test('has settings that make its models, and sane figures', () => {
    const data = each.data === 'sprites' ? { ...digits, shape: [1, 64, 64] } : digits;
    for (const config of Object.values(each.models)) {
      const file = config({ epochs: each.epochs, share: 1 });
      const { model } = resolveRun({ file, given: {}, data, spec: each.data, name: each.name });
      const vae = new VAE(fromConfig(model, each.name, {}));
      expect(vae.layers().parameters).toBeGreaterThan(1000);
    }
    expect(each.figures.length).toBeGreaterThan(0);
    expect(each.minutes).toBeGreaterThan(0);
    const { binarize } = Object.values(each.models)[0]!({ epochs: 1, share: 1 }).training ?? {};
    expect(binarize).toBe(
      { none: undefined, fixed: 'static', random: 'dynamic' }[each.binarization],
    );
  });
});

test('no two entries have one name', () => {
  expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
});
