import { describe, expect, it, test } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { chartView } from '../../src/report/chart.js';
import { classColours } from '../../src/report/class-colours.js';
import { type LossRow, latentPicture, lossPicture } from '../../src/report/index.js';
import { latentSpec } from '../../src/report/pictures/latent.js';
import { lossSpec } from '../../src/report/pictures/loss.js';
import { style } from '../../src/report/style.js';
import { hasWhiteFrame, readPng } from './png.js';

const draw = async (spec: Parameters<typeof chartView>[0]) => (await chartView(spec)).toSVG();

/** Texts of a drawing, in the order of drawing. */
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, t]) => t);

test('a map of thousands of classes has no legend', () => {
  const count = 2000;
  const means = Float32Array.from({ length: 2 * count }, (_, i) => (i * 37) % 101);
  const legendOf = (classes: number) => {
    const labels = Array.from({ length: count }, (_, i) => i % classes);
    return JSON.stringify(latentSpec(means, labels)).includes('"legend":null');
  };
  expect([legendOf(10), legendOf(2000)]).toEqual([false, true]);
});

describe('latentPicture', () => {
  const means = Float32Array.from([-1, -1, 1, 1, 0, 0.5, 3, -1]);

  it('draws each point at its place, one unit as long on both axes', async () => {
    const view = await chartView(latentSpec(means));
    const [left, top] = view.origin();
    const place = (z1: number, z2: number) => {
      const x = style.margin + left + view.scale('x')(z1);
      const y = style.margin + top + view.scale('y')(z2);
      return [Math.floor(2 * x), Math.floor(2 * y)] as const;
    };
    const unit = (axis: 'x' | 'y') => Math.abs(view.scale(axis)(1) - view.scale(axis)(0));
    expect(Math.abs(unit('x') / unit('y') - 1)).toBeLessThan(0.005);

    const file = await latentPicture(means);
    const { pixel } = readPng(file);
    const colour = Number.parseInt(classColours.onLight[0].slice(1), 16);
    const opacity = 0.7;
    for (let row = 0; row < 4; row++) {
      const drawn = pixel(...place(means[2 * row] ?? 0, means[2 * row + 1] ?? 0));
      [16, 8, 0].forEach((shift, channel) => {
        const over = drawn[channel] ?? Number.NaN;
        const expected = 255 + opacity * (((colour >> shift) & 255) - 255);
        // A light grid line may lie under the point.
        expect(Math.abs(over - expected)).toBeLessThan(14);
      });
    }
    expect(pixel(...place(2.3, 0.3))).toEqual([255, 255, 255, 255]);
    expect(hasWhiteFrame(file, 20)).toBe(true);
  });

  it('names axes, and classes in their order in the legend and on their points', async () => {
    const svg = await draw(latentSpec(means, [2, 0, 1, 0], ['shoe', 'bag', 'coat']));
    expect(texts(svg)).toEqual(expect.arrayContaining(['z₁', 'z₂']));
    expect(texts(svg).filter((text) => /shoe|bag|coat/.test(text ?? ''))).toEqual([
      // The halo under the names, the names, the legend.
      ...['shoe', 'bag', 'coat'],
      ...['shoe', 'bag', 'coat'],
      ...['shoe', 'bag', 'coat'],
    ]);
    expect(svg).toContain(classColours.onLight[2]);
  });

  it('leaves the names to the legend where most would cover each other', async () => {
    const together = Float32Array.from({ length: 60 }, (_, index) => (index < 2 ? 1 : 0));
    const labels = Array.from({ length: 30 }, (_, index) => index % 3);
    const shown = texts(await draw(latentSpec(together, labels, ['shoe', 'bag', 'coat'])));
    expect(shown.filter((text) => text === 'bag')).toHaveLength(1);
  });

  it('draws numbers for classes without a name and more classes than it has colours for', async () => {
    const labels = Array.from({ length: 30 }, (_, index) => index);
    const points = Float32Array.from({ length: 60 }, (_, index) => Math.sin(index));
    const file = await latentPicture(points, labels, ['first']);
    expect(hasWhiteFrame(file, 20)).toBe(true);
    const shown = texts(await draw(latentSpec(points, labels, ['first'])));
    expect(shown).toEqual(expect.arrayContaining(['first', '1', '29']));
  });

  it('leaves out points that are not finite, and draws one point alone', async () => {
    const svg = await draw(latentSpec(Float32Array.from([Number.NaN, 1, 2, 2, Infinity, 0])));
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(1);
  });

  it.each([
    ['an odd count', [1, 2, 3], undefined, '3 values are not points of two latents.'],
    ['nothing', [], undefined, '0 values are not points of two latents.'],
    ['too few labels', [1, 2, 3, 4], [1], '2 points but 1 labels. Give one label a point.'],
    ['nothing finite', [Number.NaN, 1], undefined, 'no point is finite.'],
  ])('refuses %s', async (_, values, labels, message) => {
    await expect(latentPicture(Float32Array.from(values), labels)).rejects.toThrow(
      new UserError(`Latent picture: ${message}`),
    );
  });
});

describe('lossPicture', () => {
  /** A run whose first epoch lies far above the rest. */
  const history: LossRow[] = Array.from({ length: 30 }, (_, index) => {
    const epoch = index + 1;
    const reconstruction = epoch === 1 ? 243 : 176 + 10 / epoch;
    const kl = 3 - 2 / epoch;
    return {
      epoch,
      ...{ loss: reconstruction + kl, reconstruction, kl },
      ...{
        val_loss: 180 + 10 / epoch,
        val_reconstruction: 177 + 10 / epoch,
        val_kl: 3.1 - 2 / epoch,
      },
    };
  });
  const domain = async (rows: readonly LossRow[], panel: number) =>
    (await chartView(lossSpec(rows))).scale(`concat_${panel}_y`).domain();

  it('shows three metrics of training and validation, with units and a legend', async () => {
    const shown = texts(await draw(lossSpec(history)));
    expect(shown).toEqual(
      expect.arrayContaining(['Loss', 'Reconstruction', 'KL divergence', 'training', 'validation']),
    );
    expect(shown.filter((text) => text === 'nats')).toHaveLength(3);
    expect(shown.filter((text) => text === 'epoch')).toHaveLength(3);
    expect(hasWhiteFrame(await lossPicture(history), 20)).toBe(true);
  });

  it('lets a far first epoch run out of the plot and says its value', async () => {
    const [low, high] = await domain(history, 0);
    expect(low).toBeGreaterThan(175);
    expect(high).toBeLessThan(200);
    expect(texts(await draw(lossSpec(history)))).toContain('epoch 1: 244');
  });

  it('shows every epoch where none lies far off', async () => {
    const even = history.slice(1);
    const [low, high] = await domain(even, 0);
    const losses = even.flatMap(({ loss, val_loss }) => [loss ?? 0, val_loss ?? 0]);
    expect(low).toBeLessThan(Math.min(...losses));
    expect(high).toBeGreaterThan(Math.max(...losses));
    expect(texts(await draw(lossSpec(even))).join()).not.toContain('epoch 2:');
  });

  it('draws one epoch, and leaves out values that are missing or not finite', async () => {
    const svg = await draw(lossSpec([{ epoch: 1, loss: 200, reconstruction: Number.NaN }]));
    const shown = texts(svg);
    expect(shown).toContain('Loss');
    expect(shown).not.toContain('Reconstruction');
    expect(shown).not.toContain('KL divergence');
    expect(shown).not.toContain('validation');
    expect(svg).not.toContain('NaN');
  });

  it('refuses a history without a number', async () => {
    await expect(lossPicture([{ epoch: 1, loss: Number.NaN }])).rejects.toThrow(
      new UserError('Loss picture: the history holds no finite number.'),
    );
  });
});
