import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillUniform, randomStream } from '../../src/base/random.js';
import { type Augment, Augmenter } from '../../src/data/changes/augment.js';
import { binarized } from '../../src/data/changes/binarize.js';
import { centerCropped } from '../../src/data/changes/crop.js';
import { fromArray } from '../../src/data/dataset.js';
import { type FitOptions, layer, type Posterior, sgd } from '../../src/index.js';
import { corners, smallVAE } from '../vae/small.js';

const meanSampling = layer<Posterior>('mean', ({ mean }) => mean);

type Shape = readonly [channels: number, height: number, width: number];

/** Images whose values are all different. */
function images(count: number, shape: Shape) {
  const width = shape[0] * shape[1] * shape[2];
  const values = Float32Array.from({ length: count * width }, (_, i) => i % (width + 0.5));
  return { values, dataset: fromArray(values, shape, { name: 'numbered' }), width };
}

/** Every image that may become of one, as text: by its definition, pixel by pixel. */
function possible(image: Float32Array, [channels, height, width]: Shape, options: Augment) {
  const { flip, shift = 0, crop = [height, width] } = options;
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const flips = (axis: string) => (flip === axis || flip === 'both' ? [false, true] : [false]);
  const hold = (at: number, size: number) => Math.min(Math.max(at, 0), size - 1);
  const found = new Set<string>();
  for (const down of range(-shift, height - crop[0] + shift)) {
    for (const right of range(-shift, width - crop[1] + shift)) {
      for (const upside of flips('vertical')) {
        for (const mirrored of flips('horizontal')) {
          const pixels: number[] = [];
          for (let c = 0; c < channels; c++) {
            for (let y = 0; y < crop[0]; y++) {
              for (let x = 0; x < crop[1]; x++) {
                const row = hold(down + (upside ? crop[0] - 1 - y : y), height);
                const column = hold(right + (mirrored ? crop[1] - 1 - x : x), width);
                pixels.push(image[(c * height + row) * width + column]!);
              }
            }
          }
          found.add(pixels.join());
        }
      }
    }
  }
  return found;
}

describe('augmentation', () => {
  const shape = fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 2, max: 5 }),
    fc.integer({ min: 2, max: 5 }),
  );
  const options = fc.record(
    {
      flip: fc.constantFrom('horizontal' as const, 'vertical' as const, 'both' as const),
      shift: fc.integer({ min: 1, max: 2 }),
      crop: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    },
    { requiredKeys: [] },
  );

  test('gives flipped, moved and cropped images, all channels alike, and nothing else', () => {
    fc.assert(
      fc.property(shape, options, fc.nat(), (shape, options, seed) => {
        const { values, dataset, width } = images(5, shape);
        const augmenter = new Augmenter(dataset, options);
        const size = augmenter.shape.reduce((a, b) => a * b, 1);
        expect(augmenter.shape).toEqual([shape[0], ...(options.crop ?? shape.slice(1))]);
        const target = new Float32Array(5 * size);
        augmenter.apply(values, target, 5, randomStream(seed, 'test'));
        for (let i = 0; i < 5; i++) {
          const source = values.subarray(i * width, (i + 1) * width);
          const made = target.subarray(i * size, (i + 1) * size).join();
          expect(possible(source, shape, options)).toContain(made);
        }
      }),
      { numRuns: 200 },
    );
  });

  test.each<Augment>([
    { flip: 'horizontal' },
    { flip: 'vertical' },
    { flip: 'both' },
    { shift: 1 },
    { crop: [2, 3] },
    { flip: 'both', shift: 1, crop: [2, 2] },
  ])('%j: everything that may come does come', (options) => {
    const shape = [2, 3, 4] as const;
    const count = 4000;
    const { values, width } = images(1, shape);
    const many = new Float32Array(count * width);
    for (let i = 0; i < count; i++) many.set(values, i * width);
    const augmenter = new Augmenter(fromArray(many, shape), options);
    const size = augmenter.shape.reduce((a, b) => a * b, 1);
    const target = new Float32Array(count * size);
    augmenter.apply(many, target, count, randomStream(1, 'test'));
    const seen = new Map<string, number>();
    for (let i = 0; i < count; i++) {
      const made = target.subarray(i * size, (i + 1) * size).join();
      seen.set(made, (seen.get(made) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual([...possible(values, shape, options)].sort());
    if (options.flip && !options.shift) {
      for (const times of seen.values()) {
        expect(Math.abs((times * seen.size) / count - 1)).toBeLessThan(0.1);
      }
    }
  });

  test('an image that is too small, or none, is refused', () => {
    const { dataset } = images(1, [1, 4, 4]);
    expect(() => new Augmenter(dataset, { crop: [5, 3] })).toThrow(
      'numbered has examples of shape [1, 4, 4], which a crop to [5, 3] does not fit.',
    );
    const rows = fromArray(new Float32Array(6), [3], { name: 'rows' });
    expect(() => new Augmenter(rows, { shift: 1 })).toThrow(
      'augment: rows has examples of shape [3], which are not images [channels, height, width].',
    );
  });
});

describe('cropping', () => {
  test('takes the middles', async () => {
    const { dataset, values } = images(3, [2, 5, 4]);
    const cropped = centerCropped(dataset, [3, 2]);
    expect(cropped.shape).toEqual([2, 3, 2]);
    const target = new Float32Array(12);
    await cropped.read([2], target);
    const expected = [0, 1].flatMap((c) =>
      [1, 2, 3].flatMap((y) => [1, 2].map((x) => values[((2 * 2 + c) * 5 + y) * 4 + x]!)),
    );
    expect([...target]).toEqual(expected);
  });

  test('trains a model of the cut size, validated by middles', async () => {
    const data = fromArray(new Uint8Array(40 * 36).fill(100), [1, 6, 6]);
    const { epochs } = await smallVAE().fit(data, {
      epochs: 1,
      batchSize: 10,
      augment: { crop: [4, 4] },
      validationSplit: 0.25,
    });
    expect(epochs[0]!.val_loss).toBeGreaterThan(0);
    expect(epochs[0]!.steps).toBe(3);
  });
});

describe('binarization', () => {
  const grays = (count: number) =>
    fromArray(
      Uint8Array.from({ length: count * 256 }, (_, i) => i % 256),
      [256],
    );

  test('is 1 as often as the value says', async () => {
    const count = 3000;
    for (const dataset of [
      grays(count),
      fromArray(
        Float32Array.from({ length: count * 256 }, (_, i) => (i % 256) / 255),
        [256],
      ),
    ]) {
      const one = dataset.dtype === 'uint8' ? 255 : 1;
      const target = new (one === 255 ? Uint8Array : Float32Array)(count * 256);
      await binarized(dataset, 3).read(
        Array.from({ length: count }, (_, i) => i),
        target,
      );
      const sums = new Float64Array(256);
      let others = 0;
      target.forEach((value, i) => {
        if (value !== 0 && value !== one) others += 1;
        sums[i % 256]! += value / one / count;
      });
      expect(others).toBe(0);
      expect(sums[0]).toBe(0);
      expect(sums[255]).toBeCloseTo(1, 12);
      sums.forEach((part, gray) => {
        const deviation = Math.sqrt(((gray / 255) * (1 - gray / 255)) / count);
        expect(Math.abs(part - gray / 255)).toBeLessThanOrEqual(5 * deviation + 1e-12);
      });
    }
  });

  test('value i is 1 where number i of its stream is under it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 50 }),
        fc.nat(),
        async (values, seed) => {
          const made = new Uint8Array(values.length);
          await binarized(fromArray(values, [values.length]), seed).read([0], made);
          const draws = new Float32Array(values.length);
          fillUniform(randomStream(seed, 'binarize', 0), draws);
          const expected = values.map((value, i) => (draws[i]! < value / 255 ? 255 : 0));
          expect([...made]).toEqual([...expected]);
        },
      ),
    );
  });

  test('static: an example stays as it is, wherever it is read; another seed draws anew', async () => {
    const read = async (indices: number[], seed: number) => {
      const target = new Uint8Array(indices.length * 256);
      await binarized(grays(4), seed).read(indices, target);
      return indices.map((_, row) => target.subarray(row * 256, (row + 1) * 256).join());
    };
    const [a, b, c] = await read([0, 1, 2], 5);
    expect(await read([2, 0, 1, 1], 5)).toEqual([c, a, b, b]);
    expect(a).not.toBe(b);
    expect(await read([0], 6)).not.toEqual([a]);
  });

  test('static repeats from epoch to epoch; dynamic draws anew', async () => {
    // One gray image and a model that neither learns nor draws: the loss tells the data apart.
    const data = fromArray(new Uint8Array(16).fill(128), [1, 4, 4]);
    const losses = async (binarize: 'static' | 'dynamic') => {
      const options = { epochs: 6, batchSize: 1, optimizer: sgd({ learningRate: 0 }), binarize };
      const vae = smallVAE({ sampling: meanSampling });
      return new Set((await vae.fit(data, options)).epochs.map(({ loss }) => loss)).size;
    };
    expect(await losses('static')).toBe(1);
    expect(await losses('dynamic')).toBeGreaterThan(3);
  });

  test.each(['dynamic', 'static'] as const)(
    '%s: validation is static by the seed',
    async (binarize) => {
      const [vae, validation] = [smallVAE({ seed: 4 }), corners(30, 8)];
      const { epochs } = await vae.fit(corners(64), { epochs: 1, binarize, validation });
      const { loss } = await vae.evaluate(binarized(validation, 4));
      expect(loss).toBeCloseTo(epochs[0]!.val_loss!, 5);
      expect((await vae.evaluate(validation)).loss).not.toBeCloseTo(loss!, 2);
    },
  );
});

describe('wrong options are one clear line', () => {
  test.each<[object, string]>([
    [{ clipGradients: {} }, 'fit.clipGradients: give either norm or value.'],
    [{ clipGradients: { norm: 1, value: 1 } }, 'fit.clipGradients: give either norm or value.'],
    [{ clipGradients: { nrom: 1 } }, "fit.clipGradients: unknown key 'nrom'. Did you mean 'norm'?"],
    [{ clipGradients: { norm: 0 } }, 'fit.clipGradients.norm: it must be more than 0, not 0.'],
    [{ accumulate: 0 }, 'fit.accumulate: it must be at least 1, not 0.'],
    [{ accumulate: 1.5 }, 'fit.accumulate: it must be a whole number, not 1.5.'],
    [{ ema: 1 }, 'fit.ema: it must be less than 1, not 1.'],
    [
      { earlyStopping: { patience: 0 } },
      'fit.earlyStopping.patience: it must be at least 1, not 0.',
    ],
    [{ validationSplit: 1 }, 'fit.validationSplit: it must be less than 1, not 1.'],
    [{ binarize: 'yes' }, "fit.binarize: it must be 'dynamic' or 'static', not 'yes'."],
    [
      { augment: { flip: 'left' } },
      "fit.augment.flip: it must be 'horizontal', 'vertical' or 'both', not 'left'.",
    ],
    [{ augment: { shfit: 1 } }, "fit.augment: unknown key 'shfit'. Did you mean 'shift'?"],
    [
      { augment: { crop: [3, 3] } },
      "corners has examples of shape [1, 3, 3], but the model's input is [1, 4, 4]. Make them agree.",
    ],
  ])('$1', async (options, message) => {
    const fitted = smallVAE().fit(corners(16), { batchSize: 8, ...options } as FitOptions);
    await expect(fitted).rejects.toThrow(message);
  });

  test('two kinds of validation', async () => {
    const options = { validationSplit: 0.5, validation: corners(8) };
    await expect(smallVAE().fit(corners(64), options)).rejects.toThrow(
      'validation and validationSplit exclude each other. Give one of them.',
    );
  });
});
