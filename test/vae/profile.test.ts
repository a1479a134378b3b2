import { describe, expect, test } from 'vitest';
import {
  conv2d,
  dense,
  flatten,
  formatProfile,
  groupNorm,
  profile,
  reshape,
  residual,
  VAE,
} from '../../src/index.js';
import { corners, smallShape } from './small.js';

const data = corners(512);

const model = () =>
  new VAE({
    input: smallShape,
    latent: 2,
    encoder: [
      conv2d(8, { padding: 'same', activation: 'relu' }),
      residual(groupNorm(4), conv2d(8, { padding: 'same' })),
      flatten(),
      dense(64, { activation: 'relu' }),
    ],
    decoder: [dense(64, { activation: 'tanh' }), dense(16), reshape(smallShape)],
    seed: 1,
  });

const options = { batchSize: 64, threads: 1 };

describe('a profile', async () => {
  const vae = model();
  const before = vae.parameters();
  const measured = await profile(vae, data, options);
  const { entries } = measured;
  const time = (...phases: string[]) =>
    entries
      .filter(({ phase }) => phases.includes(phase))
      .reduce((sum, each) => sum + each.millisecondsPerStep, 0);

  test('has every layer, with forward and backward of all that compute', () => {
    const table = formatProfile(measured);
    for (const { name, type } of vae.layers().rows) {
      expect(table).toMatch(new RegExp(`^${name} +${type} `, 'm'));
    }
    const computing = ['encoder.0', 'encoder.1.1', 'encoder.3', 'mean', 'decoder.0', 'decoder.1'];
    for (const part of [...computing, 'likelihood']) {
      for (const phase of ['forward', 'backward']) {
        const entry = entries.find((each) => each.part === part && each.phase === phase);
        expect(entry?.millisecondsPerStep, `${phase} of ${part}`).toBeGreaterThan(0);
      }
    }
    expect(time('update')).toBeGreaterThan(0);
  });

  test('leaves no operation of the step without a part', () => {
    // Operators of no part count, and gather the batch's entries.
    const loop = entries.find(({ part }) => part === 'loop')!;
    expect(Object.keys(loop.operators).sort()).toEqual(expect.arrayContaining(['Gather', 'Range']));
    const matrix = ['Gemm', 'FusedGemm', 'MatMul', 'Conv', 'Mul', 'ReduceSum'];
    expect(Object.keys(loop.operators).filter((type) => matrix.includes(type))).toEqual([]);
  });

  test('adds up to the whole, which a clock of its own confirms', async () => {
    const { millisecondsPerStep: whole } = measured;
    expect(time('forward', 'backward', 'update', 'around')).toBeCloseTo(whole, 9);
    for (const { millisecondsPerStep, part } of entries) {
      expect(millisecondsPerStep, part).toBeGreaterThanOrEqual(0);
    }
    // Operators take a good part of the time, and no more than all.
    expect(time('forward', 'backward', 'update')).toBeGreaterThan(whole / 4);
    expect(time('forward', 'backward', 'update')).toBeLessThan(whole);
    expect(measured.unmeasuredMillisecondsPerStep).toBeLessThan(5 * whole);
    expect(measured.unmeasuredMillisecondsPerStep).toBeGreaterThan(whole / 5);
  });

  test('has a trace of one call whose operators lie inside of it, one after another', () => {
    const spans = measured.trace.filter(({ ph }) => ph === 'X') as {
      name: string;
      tid: number;
      ts: number;
      dur: number;
    }[];
    const call = spans.find(({ name }) => name === 'call of the runtime')!;
    const inner = spans.filter(({ ts }) => ts >= call.ts).filter((span) => span !== call);
    expect(inner.length).toBeGreaterThan(50);
    inner.sort((a, b) => a.ts - b.ts);
    inner.forEach(({ ts, dur }, i) => {
      expect(ts + dur).toBeLessThanOrEqual(call.ts + call.dur + 1);
      if (i > 0) expect(ts + 1).toBeGreaterThanOrEqual(inner[i - 1]!.ts + inner[i - 1]!.dur);
    });
    expect(inner.map(({ name }) => name)).toContain('decoder.0 Gemm');
  });

  test('leaves the model and its training as they were', async () => {
    const same = model();
    for (const [name, { data }] of Object.entries(vae.parameters())) {
      expect(data, name).toEqual(before[name]!.data);
    }
    const settings = { ...options, epochs: 1 };
    const [one, other] = [await vae.fit(data, settings), await same.fit(data, settings)];
    expect(one.epochs[0]!.loss).toBe(other.epochs[0]!.loss);
    await vae.release();
    await same.release();
  });
});

test('a profile ends when its signal says so', async () => {
  const vae = model();
  const signal = AbortSignal.timeout(50);
  await expect(profile(vae, data, { ...options, signal })).rejects.toThrow(/abort/i);
});
