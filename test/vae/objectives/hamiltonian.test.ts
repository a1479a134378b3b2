import { describe, expect, test } from 'vitest';
import { adam, dense, dropout, hamiltonian, reshape } from '../../../src/index.js';
import { corners, smallShape, smallVAE } from '../small.js';
import { data, exact, linearVAE } from '../uses/linear.js';

describe('a Hamiltonian posterior', () => {
  test.each(['fixed', 'free', 'none'] as const)(
    'weighs its draws so that their mean is p(x), with the tempering %s',
    async (tempering) => {
      const moves = { leapfrogSteps: 3, stepSize: 0.15, tempering };
      const model = linearVAE('some', hamiltonian(moves));
      const { mean, error } = await model.logLikelihood(data, { samples: 400 });
      expect(error).toBeLessThan(0.03);
      expect(Math.abs(mean - exact)).toBeLessThan(3.5 * error);
      await model.release();
    },
  );

  test('is nearer to p(z | x) than the Gaussian that it begins with', async () => {
    const bounds: number[] = [];
    for (const leapfrogSteps of [1, 8]) {
      const model = linearVAE('nothing', hamiltonian({ leapfrogSteps }));
      const elbo = (await model.elbo(data)).data as Float32Array;
      bounds.push(elbo.reduce((a, b) => a + b, 0) / elbo.length);
      await model.release();
    }
    expect(bounds[1]).toBeGreaterThan(bounds[0]! + 1);
    expect(bounds[1]).toBeLessThan(exact);
  });

  test('trains its step sizes and its temperature, with a decoder that drops units', async () => {
    const model = smallVAE({
      objective: hamiltonian({ leapfrogSteps: 2 }),
      decoder: [dense(8, { activation: 'tanh' }), dropout(0.1), dense(16), reshape(smallShape)],
    });
    const before = model.parameters();
    const { epochs } = await model.fit(corners(128), {
      epochs: 4,
      optimizer: adam({ learningRate: 0.01 }),
    });
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss);
    const after = model.parameters();
    for (const name of ['hamiltonian.stepSize', 'hamiltonian.beta0']) {
      expect(after[name]!.data).not.toEqual(before[name]!.data);
    }
    await model.release();
  });

  test('begins with steps under the largest', () => {
    expect(() => hamiltonian({ stepSize: 0.5, largestStepSize: 0.5 })).toThrow(
      'hamiltonian.stepSize: must be less than largestStepSize',
    );
  });
});
