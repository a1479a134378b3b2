import { availableParallelism } from 'node:os';
import { afterAll, expect, test, vi } from 'vitest';
import { fillUniform, randomStream } from '../../../src/base/random.js';
import { fromArray } from '../../../src/data/dataset.js';
import { dense, reshape, VAE } from '../../../src/index.js';
import { hasKoffi } from '../../../src/runtime/in-place/koffi.node.js';
import { FunctionLanes } from '../../../src/step/function-lanes.js';

const shape = [1, 20, 20];
const vae = new VAE({
  input: shape,
  latent: 4,
  encoder: [dense(64, { activation: 'relu' })],
  decoder: [dense(256, { activation: 'relu' }), dense(400), reshape(shape)],
  seed: 1,
});
afterAll(() => vae.release());

/** Examples, which are no whole number of batches. */
function examples(count: number) {
  const values = new Float32Array(count * 400);
  fillUniform(randomStream(0, 'images'), values);
  return fromArray(values, shape);
}

const canBeBeside = hasKoffi() && availableParallelism() > 1;

test.skipIf(!canBeBeside).each([
  [64, 230],
  [100, 230],
  [1000, 115],
  [1100, 115],
])(
  '%i draws of each of %i examples are the same in lanes as in one session',
  async (samples, count) => {
    const data = examples(count);
    const lanesFor = vi.spyOn(FunctionLanes.prototype, 'lanesFor').mockResolvedValue(undefined);
    const alone = await vae.logLikelihood(data, { samples, seed: 3 });
    lanesFor.mockRestore();
    const compute = vi.spyOn(FunctionLanes.prototype, 'compute');
    const beside = await vae.logLikelihood(data, { samples, seed: 3 });
    expect(compute).toHaveBeenCalled();
    compute.mockRestore();
    const apart = Array.from(beside.values, (value, i) => Math.abs(value - alone.values[i]!));
    expect(apart).toHaveLength(count);
    expect(Math.max(...apart)).toBeLessThan(1e-3 * Math.abs(alone.mean));
    expect(Math.abs(beside.mean - alone.mean)).toBeLessThan(1e-6 * Math.abs(alone.mean));
    // Noise that draws had twice would leave fewer effective ones.
    expect(beside.error).toBeCloseTo(alone.error, 6);
  },
);
