import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { objectiveNames } from '../../../src/index.js';
import { relativeError, withPrefix } from '../../fixtures.js';
import { cases, fixture, modelOf, parametersOf, scalars } from './cases.js';

const images = fixture.images!;

/**
 * Objectives that differences of the loss cannot check: they miss the cost of a code's choice, and a draw by
 * rejection moves at its quantile. Nor can they check several players. The network of a metric has a gradient
 * in training steps alone (riemannian.test.ts).
 */
const noSlope = [
  'vqVae',
  'residualVq',
  'hyperspherical',
  'poincare riemannian',
  'riemannianHamiltonian',
];

test('every objective has a case', () => {
  const types = new Set(cases.map(({ objective }) => objective.type));
  expect([...types].sort()).toEqual([...objectiveNames].sort());
});

describe.each(cases)('$name', (each) => {
  test('loss, metrics and gradients are as by PyTorch', async () => {
    const model = modelOf(each);
    const { loss, metrics, gradients } = await model.valueAndGradients(images, each.options);
    const expected = scalars[each.name]!;
    expect(Object.keys({ loss, ...metrics })).toEqual(Object.keys(expected));
    for (const [name, value] of Object.entries({ loss, ...metrics })) {
      expect(
        Math.abs(value - expected[name]!) / (1 + Math.abs(expected[name]!)),
        name,
      ).toBeLessThan(1e-5);
    }
    const peers = withPrefix(fixture, `${each.name}.gradient.`);
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(peers).sort());
    for (const [name, gradient] of Object.entries(gradients)) {
      const peer = peers[name]!;
      expect(gradient.dims).toEqual(peer.dims);
      const error = relativeError(gradient.data as Float32Array, peer.data as Float32Array);
      expect(error, name).toBeLessThan(1e-5);
    }
    await model.release();
  });

  const { type, players } = each.objective;
  test.skipIf(players !== undefined || noSlope.includes(type) || noSlope.includes(each.name))(
    'its gradient is the slope of its loss, by central differences',
    async () => {
      const model = modelOf(each);
      const { gradients } = await model.valueAndGradients(images, each.options);
      const start = parametersOf(each);
      const lossAt = async (name: string, direction: Float32Array, step: number) => {
        const data = (start[name]!.data as Float32Array).map((x, i) => x + step * direction[i]!);
        model.setParameters({ [name]: new Tensor('float32', data, start[name]!.dims) });
        const { loss } = await model.valueAndGradients(images, each.options);
        model.setParameters({ [name]: start[name]! });
        return loss;
      };
      for (const [name, { data }] of Object.entries(gradients)) {
        const gradient = data as Float32Array;
        const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
        expect(norm, name).toBeGreaterThan(1e-3);
        const direction = gradient.map((g) => g / norm);
        const h = 0.005;
        const [a, b, c, d] = [
          await lossAt(name, direction, h),
          await lossAt(name, direction, -h),
          await lossAt(name, direction, 2 * h),
          await lossAt(name, direction, -2 * h),
        ];
        const slope = (8 * (a - b) - (c - d)) / (12 * h);
        expect(Math.abs(slope - norm) / (1 + norm), name).toBeLessThan(2e-3);
      }
      await model.release();
    },
  );
});
