import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { fromArray } from '../../src/data/dataset.js';
import { adam, dense, layer, NonFiniteError, reshape, sgd } from '../../src/index.js';
import { corners, smallVAE } from './small.js';

function bytes(parameters: Record<string, Tensor>): string {
  return Object.entries(parameters)
    .map(([name, { data }]) => {
      const { buffer, byteOffset, byteLength } = data as Float32Array;
      return `${name}:${Buffer.from(buffer, byteOffset, byteLength).toString('hex')}`;
    })
    .join('\n');
}

describe('fit', () => {
  test('learns, and tells its history', async () => {
    const vae = smallVAE();
    const validation = corners(64, 9);
    const before = await vae.evaluate(validation);
    const { epochs, stopped } = await vae.fit(corners(256), {
      epochs: 20,
      optimizer: adam({ learningRate: 0.01 }),
      validation,
    });
    expect(stopped).toBeUndefined();
    expect(epochs).toHaveLength(20);
    expect(Object.keys(epochs[0]!)).toEqual([
      'epoch',
      'loss',
      'reconstruction',
      'kl',
      'val_loss',
      'val_reconstruction',
      'val_kl',
      'klWeight',
      'learning_rate',
      'seconds',
      'steps',
    ]);
    const last = epochs.at(-1)!;
    expect(last.loss).toBeCloseTo(last.reconstruction! + last.kl!, 4);
    expect(last.val_loss).toBeLessThan(before.loss! - 1);
    expect((await vae.evaluate(validation)).loss).toBeCloseTo(last.val_loss!, 5);
    expect(last.steps).toBe(8);
  });

  test.each([adam({ learningRate: 0.01 }), sgd({ learningRate: 0.01, momentum: 0.9 })])(
    'the same bits whatever the steps in a call and the threads ($type)',
    async (optimizer) => {
      const results: string[] = [];
      for (const [stepsPerCall, threads] of [
        [1, 1],
        [3, 2],
        [7, 1],
        [100, 2],
      ] as const) {
        const vae = smallVAE();
        await vae.fit(corners(100), { epochs: 3, batchSize: 8, optimizer, stepsPerCall, threads });
        results.push(bytes(vae.parameters()));
      }
      expect(new Set(results).size).toBe(1);
      const other = smallVAE({ seed: 2 });
      await other.fit(corners(100), { epochs: 3, batchSize: 8, optimizer });
      expect(bytes(other.parameters())).not.toBe(results[0]);
    },
  );

  test('a last partial batch counts by its size', async () => {
    // The epoch's loss with a learning rate of 0 is the mean over all examples.
    const data = corners(50);
    const noiseless = { sampling: layer<{ mean: never }>('mean', ({ mean }) => mean) } as object;
    const vae = smallVAE(noiseless);
    const { epochs } = await vae.fit(data, {
      epochs: 1,
      batchSize: 16,
      optimizer: sgd({ learningRate: 0 }),
    });
    expect(epochs[0]!.steps).toBe(4);
    expect(epochs[0]!.loss).toBeCloseTo((await vae.evaluate(data)).loss!, 4);
  });

  test('an abort keeps the trained parameters', async () => {
    const vae = smallVAE();
    const before = bytes(vae.parameters());
    const controller = new AbortController();
    const { epochs, stopped } = await vae.fit(corners(256), {
      epochs: 1000,
      callbacks: [{ onEpochEnd: ({ epoch }) => (epoch === 3 ? controller.abort() : undefined) }],
      signal: controller.signal,
    });
    expect(stopped).toEqual({ reason: 'aborted' });
    expect(epochs).toHaveLength(3);
    expect(bytes(vae.parameters())).not.toBe(before);
  });

  test('a loss that is not finite stops at its step with the parameters before it', async () => {
    const optimizer = sgd({ learningRate: 30 });
    const fitted = (stepsPerCall: number) => {
      const vae = smallVAE();
      const run = vae.fit(corners(256), { epochs: 50, optimizer, stepsPerCall });
      return run.then(
        () => expect.unreachable(),
        (error: unknown) => ({ error: error as NonFiniteError, vae }),
      );
    };
    const [whole, single] = [await fitted(64), await fitted(1)];
    expect(whole.error).toBeInstanceOf(NonFiniteError);
    expect(whole.error.message).toMatch(/^The \w+ was not finite at step \d+/);
    expect(whole.error.found).toEqual(single.error.found);
    expect(bytes(whole.vae.parameters())).toBe(bytes(single.vae.parameters()));
    for (const { data } of Object.values(whole.vae.parameters())) {
      expect((data as Float32Array).every(Number.isFinite)).toBe(true);
    }
  });

  test('0 epochs change nothing', async () => {
    const vae = smallVAE();
    const before = bytes(vae.parameters());
    expect((await vae.fit(corners(64), { epochs: 0 })).epochs).toEqual([]);
    expect(bytes(vae.parameters())).toBe(before);
  });

  test.each([
    [{ epochs: -1 }, /epochs must be a whole number from 0, not -1/],
    [{ batchSize: 0 }, /batchSize must be a whole number from 1/],
    [{ stepsPerCall: 0 }, /stepsPerCall must be a whole number from 1, not 0/],
    [{ threads: 1.5 }, /threads must be a whole number from 1 to 256, not 1.5/],
    [{ threads: 100_000 }, /threads must be a whole number from 1 to 256, not 100000/],
    [{ device: 'gpu' as never }, /device must be cpu or webgpu or cuda or auto, not gpu/],
    [{ batchSize: 65 }, /batchSize 65 is more than the 64 examples of corners/],
  ])('%j is refused', async (options, message) => {
    await expect(smallVAE().fit(corners(64), options)).rejects.toThrow(message);
  });

  test('data of another shape is refused', async () => {
    const data = fromArray(new Uint8Array(90), [1, 3, 3], { name: 'tiny' });
    await expect(smallVAE().fit(data)).rejects.toThrow(
      "tiny has examples of shape [1, 3, 3], but the model's input is [1, 4, 4]. Make them agree.",
    );
  });
});

describe('wrong options are refused with a clear line', () => {
  test.each([
    [() => smallVAE({ latent: 0 }), /^VAE\.latent: /],
    [
      () => smallVAE({ decoder: [dense(15)] }),
      /^The decoder's output is \[batch, 15\], but the input's shape asks for \[batch, 1, 4, 4\]/,
    ],
    [
      () => smallVAE({ encoder: [reshape([3, 3])] }),
      /^encoder\.0 \(reshape\) does not fit its input \[batch, 1, 4, 4\]: .*\[batch, 3, 3\]/,
    ],
    [() => dense(0), /^dense\.units: /],
    [() => dense(3, { activation: 'rleu' as never }), /^dense\.activation: /],
    [
      () => smallVAE({ lattent: 3 } as never),
      /^VAE: unknown key 'lattent'\. Did you mean 'latent'\?$/,
    ],
  ])('%s', (build, message) => {
    expect(build).toThrow(message);
  });
});

test('parameters round trip; wrong ones change nothing', () => {
  const [a, b] = [smallVAE(), smallVAE({ seed: 5 })];
  expect(Object.keys(a.parameters())).toEqual([
    'encoder.0.weight',
    'encoder.0.bias',
    'mean.weight',
    'mean.bias',
    'logVariance.weight',
    'logVariance.bias',
    'decoder.0.weight',
    'decoder.0.bias',
    'decoder.1.weight',
    'decoder.1.bias',
  ]);
  const before = bytes(b.parameters());
  const wrong = { ...a.parameters(), 'mean.bias': new Tensor('float32', new Float32Array(3), [3]) };
  expect(() => b.setParameters(wrong)).toThrow(/^mean\.bias is float32 \[3\].*\[2\]/);
  expect(() => b.setParameters({ 'mean.b': wrong['mean.bias'] })).toThrow(/no parameter 'mean.b'/);
  expect(bytes(b.parameters())).toBe(before);
  b.setParameters(a.parameters());
  expect(bytes(b.parameters())).toBe(bytes(a.parameters()));
});

test('dead units and collapsed latents are found', async () => {
  const vae = smallVAE({ encoder: [dense(4, { activation: 'relu' })] });
  const parameters = vae.parameters();
  (parameters['encoder.0.bias']!.data as Float32Array).set([-100, 5, 5, -100]);
  (parameters['mean.weight']!.data as Float32Array).set([0, 0, 0, 0], 4);
  (parameters['logVariance.weight']!.data as Float32Array).set([0, 0, 0, 0], 4);
  vae.setParameters(parameters);
  const health = await vae.health(corners(40));
  expect(health.deadUnits).toEqual([{ layer: 'encoder.0', units: [0, 3], of: 4 }]);
  expect(health.collapsedLatents).toEqual([1]);
  expect(health.klPerLatent[1]).toBe(0);
  expect(health.klPerLatent[0]).toBeGreaterThan(0.01);
  expect(health.examples).toBe(40);
});
