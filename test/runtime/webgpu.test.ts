import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import onnxProto from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import {
  compile,
  concat,
  constant,
  exp,
  input,
  mul,
  split,
  sum,
  toModel,
} from '../../src/graph/index.js';
import { optimize } from '../../src/graph/rewrite/index.js';
import { dense, dropout, reshape, Tensor, UserError, VAE } from '../../src/index.js';
import { corners, smallShape } from '../vae/small.js';
import { useSoftwareVulkan } from './software-vulkan.js';

useSoftwareVulkan();

async function whyNot(): Promise<string> {
  const x = input('x', [2]);
  try {
    const session = await compile({ inputs: [x], outputs: { y: exp(x) } }, { device: 'webgpu' });
    await session.release();
    return '';
  } catch (error) {
    if (error instanceof UserError) return ' (skipped: no WebGPU adapter, not even a software one)';
    throw error;
  }
}

const reason = await whyNot();

const model = () =>
  new VAE({
    input: smallShape,
    latent: 2,
    encoder: [dropout(0.2)],
    decoder: [dense(16), reshape(smallShape)],
    seed: 3,
  });

// Each shader takes a tenth of a second and more to compile in software.
describe.skipIf(reason !== '')(`on webgpu${reason}`, { timeout: 240_000 }, () => {
  test('training gives the same losses as on the processor, with its state on the device', async () => {
    const data = corners(96);
    const settings = {
      ...{ epochs: 3, batchSize: 16, stepsPerCall: 4, validation: data },
      ...({ keepBest: 'val_loss', onNonFinite: 'rollback' } as const),
    };
    const [cpu, gpu] = [model(), model()];
    const expected = await cpu.fit(data, settings);
    const found = await gpu.fit(data, { ...settings, device: 'webgpu' });
    found.epochs.forEach(({ loss, val_loss }, epoch) => {
      expect(loss).toBeCloseTo(expected.epochs[epoch]!.loss, 3);
      expect(val_loss).toBeCloseTo(expected.epochs[epoch]!.val_loss!, 3);
    });
    expect(found.epochs).toHaveLength(3);
    for (const [name, { data }] of Object.entries(gpu.parameters())) {
      const same = cpu.parameters()[name]!.data as Float32Array;
      (data as Float32Array).forEach((value, i) => {
        expect(value, name).toBeCloseTo(same[i]!, 3);
      });
    }
    await cpu.release();
    await gpu.release();
  });

  test('a number that is not finite is found', async () => {
    const vae = model();
    const { weight, bias } = { weight: 'decoder.0.weight', bias: 'decoder.0.bias' };
    const before = vae.parameters();
    const values = Float32Array.from(before[bias]!.data as Float32Array).fill(1e38);
    vae.setParameters({ [bias]: new Tensor('float32', values, before[bias]!.dims) });
    const run = vae.fit(corners(32), { epochs: 1, batchSize: 16, device: 'webgpu' });
    await expect(run).rejects.toThrow(/not finite at step 1\b|was not finite/);
    expect(vae.parameters()[weight]!.data).toEqual(before[weight]!.data);
    await vae.release();
  });
});

test('no operator has more inputs or outputs than a shader may bind', () => {
  const x = input('x', [40]);
  const parts = split(x, new Array<number>(20).fill(2), 0);
  const joined = concat(
    parts.map((part, i) => mul(part, i)),
    0,
  );
  const [y, total] = optimize([joined, sum(joined)], 'webgpu');
  const bytes = toModel({ inputs: [x], outputs: { y: y!, total: total! } });
  const { node } = onnxProto.onnx.ModelProto.decode(bytes).graph!;
  for (const { opType, input: ins, output } of node!) {
    if (opType !== 'Slice') expect(ins!.length + output!.length, opType!).toBeLessThanOrEqual(8);
  }
});

test('the same values come out of the parts', async () => {
  const x = input('x', [40]);
  const parts = split(x, new Array<number>(20).fill(2), 0);
  const value = concat([...parts].reverse(), 0);
  const [few] = optimize([mul(value, constant(3))], 'webgpu');
  const session = await compile({ inputs: [x], outputs: { y: few! } });
  const numbers = Float32Array.from({ length: 40 }, (_, i) => i);
  const { y } = await session.run({ x: new Tensor('float32', numbers, [40]) });
  const expected = Array.from({ length: 40 }, (_, i) => 3 * (38 - (i & ~1) + (i & 1)));
  expect(Array.from(y!.data as Float32Array)).toEqual(expected);
  await session.release();
});

const onLinux = process.platform === 'linux';

test.skipIf(!onLinux)('a machine without an adapter is told so in one line', async () => {
  const main = fileURLToPath(new URL('../../dist/bin/vaekit.js', import.meta.url));
  const child = promisify(execFile)(
    process.execPath,
    [main, 'train', '--device', 'webgpu', '--epochs', '1', '--out', 'never-written'],
    // Drivers are not found there.
    {
      env: { ...process.env, VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' },
    },
  );
  const error = await child.catch((failed) => failed);
  expect(error.code).toBe(2);
  expect(error.stderr).toMatch(
    /^vaekit: The device webgpu has no adapter here: .*Use the device cpu\.$/m,
  );
});
