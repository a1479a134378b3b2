import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as library from '../../src/index.js';
import { overlapping } from './overlapping.js';
import { corners, smallVAE } from './small.js';

const { Tensor, UserError, VAE } = library;

test('hundreds of overlapping calls give the same as each alone', async () => {
  const { calls, different } = await overlapping(library, 24);
  expect(different).toEqual([]);
  expect(calls).toBeGreaterThan(500);
}, 120_000);

/** A promise, and the function that fulfils it. */
function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

/** A model that waits inside its third epoch, and one trained for two. */
async function halfTrained() {
  const vae = smallVAE();
  const data = corners(96);
  const [reached, goOn] = [gate(), gate()];
  const onProgress = async ({ epoch }: { epoch: number }) => {
    if (epoch !== 3) return;
    reached.open();
    await goOn.passed;
  };
  const settings = { batchSize: 8, stepsPerCall: 4 };
  const training = vae.fit(data, { ...settings, epochs: 4, callbacks: [{ onProgress }] });
  await reached.passed;
  const before = smallVAE();
  await before.fit(data, { ...settings, epochs: 2 });
  return { vae, before, data, training, finish: goOn.open };
}

describe('while a model is trained', () => {
  test('it has the parameters of the last finished epoch', async () => {
    const { vae, before, data, training, finish } = await halfTrained();
    const asked = (model: typeof vae) =>
      Promise.all([
        model.parameters(),
        model.encode(data.images),
        model.evaluate(data),
        model.sample(5),
        model.exportDecoder(),
      ]);
    expect(await asked(vae)).toEqual(await asked(before));
    finish();
    await training;
    const whole = smallVAE();
    await whole.fit(data, { batchSize: 8, epochs: 4 });
    expect(await asked(vae)).toEqual(await asked(whole));
  });

  test('its saved files belong together', async () => {
    const { vae, before, training, finish } = await halfTrained();
    const folder = await mkdtemp(join(tmpdir(), 'vaekit-overlap-'));
    const saving = vae.save(join(folder, 'run'));
    finish();
    await Promise.all([saving, training]);
    const again = await VAE.load(join(folder, 'run'));
    expect(again.parameters()).toEqual(before.parameters());
    expect(again.exportEncoder()).toEqual(before.exportEncoder());
    await rm(folder, { recursive: true });
  });

  test('a callback at the end of an epoch sees that epoch', async () => {
    const vae = smallVAE();
    const data = corners(96);
    const losses: number[] = [];
    const onEpochEnd = async () => {
      losses.push((await vae.evaluate(data)).loss);
    };
    const { epochs } = await vae.fit(data, {
      epochs: 3,
      batchSize: 8,
      validation: data,
      ema: 0.5,
      callbacks: [{ onEpochEnd }],
    });
    expect(losses).toEqual(epochs.map(({ val_loss }) => val_loss));
  });

  test('a second training and new parameters are refused, until it is done', async () => {
    const { vae, data, training, finish } = await halfTrained();
    const parameters = vae.parameters();
    const second = vae.fit(data, { epochs: 1 });
    await expect(second).rejects.toThrow(UserError);
    await expect(second).rejects.toThrow('fit: the model is being trained');
    expect(() => vae.setParameters(parameters)).toThrow(
      'setParameters: the model is being trained',
    );
    finish();
    expect((await training).epochs).toHaveLength(4);
    vae.setParameters(parameters);
    expect(vae.parameters()).toEqual(parameters);
    expect((await vae.fit(data, { epochs: 1 })).epochs).toHaveLength(1);
  });

  test('a training that fails keeps the last finished epoch, and can be followed by another', async () => {
    const vae = smallVAE();
    const data = corners(96);
    const onEpochEnd = ({ epoch }: { epoch: number }) => {
      if (epoch === 2) throw new Error('An error elsewhere');
    };
    const failing = vae.fit(data, { epochs: 5, batchSize: 8, callbacks: [{ onEpochEnd }] });
    await expect(failing).rejects.toThrow('An error elsewhere');
    const two = smallVAE();
    await two.fit(data, { epochs: 2, batchSize: 8 });
    expect(vae.parameters()).toEqual(two.parameters());
    await vae.fit(data, { epochs: 1 });
  });

  test('it may be released', async () => {
    const { vae, data, training, finish } = await halfTrained();
    const encoding = vae.encode(data.images);
    await vae.release();
    finish();
    expect((await encoding).mean.dims).toEqual([96, 2]);
    expect((await training).epochs).toHaveLength(4);
  });
});

test('a call under way keeps the parameters that it began with', async () => {
  const vae = smallVAE();
  // Several batches, between which the model changes.
  const { images } = corners(1000);
  const { mean } = await vae.encode(images);
  const encoding = vae.encode(images);
  const zeros = Object.entries(vae.parameters()).map(([name, { dims, size }]) => {
    return [name, new Tensor('float32', new Float32Array(size), dims)] as const;
  });
  vae.setParameters(Object.fromEntries(zeros));
  expect((await encoding).mean).toEqual(mean);
  expect((await vae.encode(images)).mean).not.toEqual(mean);
});
