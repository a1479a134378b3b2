import { decode } from 'fast-png';
import { describe, expect, it, test } from 'vitest';
import type { Context2D } from '../../src/report/canvas.js';
import { classColours } from '../../src/report/class-colours.js';
import {
  latentGrid,
  sequenceManifoldPicture,
  sequenceReconstructionsPicture,
  sequencesPicture,
} from '../../src/report/index.js';
import { drawLine, scalesOf } from '../../src/report/panels.js';
import { readSequences } from '../../src/report/sequences.js';
import { hasWhiteFrame, readPng } from './png.js';

/** Sequences of waves, [count, channels, steps]. */
function waves(count: number, channels = 1, steps = 20, height = 1) {
  const data = Float32Array.from({ length: count * channels * steps }, (_, i) => {
    const channel = Math.floor(i / steps) % channels;
    return (channel + 1) * height * Math.sin(i / 3 + channel);
  });
  return { data, shape: [count, channels, steps] };
}

/** A colour as [red, green, blue]. */
const colour = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

/** Counts the pixels that have a colour of the channels. */
function inkOf(file: Uint8Array, channel: number): number {
  const { data } = decode(file);
  const [red, green, blue] = colour(classColours.onLight[channel]!);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i] === red && data[i + 1] === green && data[i + 2] === blue) count += 1;
  }
  return count;
}

test('a line goes through its values, and is broken where one is not finite', () => {
  const drawn: (readonly [string, number, number])[] = [];
  const context = {
    beginPath() {},
    stroke() {},
    moveTo: (x: number, y: number) => drawn.push(['move', x, y]),
    lineTo: (x: number, y: number) => drawn.push(['line', x, y]),
  } as unknown as Context2D;
  const place = { left: 10, top: 20, width: 30, height: 100 };
  drawLine(context, Float32Array.of(0, 1, Number.NaN, 0.5), place, [0, 2]);
  expect(drawn).toEqual([
    ['move', 10, 120],
    ['line', 20, 70],
    ['move', 40, 95],
  ]);
  drawn.length = 0;
  drawLine(context, Float32Array.of(1), place, [0, 2]);
  expect(drawn).toEqual([
    ['move', 10, 70],
    ['line', 40, 70],
  ]);
});

describe('scales', () => {
  const batch = (values: number[], shape: number[]) =>
    readSequences({ data: Float32Array.from(values), shape }, 'Test');

  it('are one for channels of alike ranges, over all that is drawn', () => {
    const scales = scalesOf([batch([0, 1, -1, 2], [1, 2, 2]), batch([0, 1, 5, 2], [1, 2, 2])]);
    expect(scales.isShared).toBe(true);
    scales.ranges.forEach(([least, most]) => {
      expect(least).toBeCloseTo(-1.24);
      expect(most).toBeCloseTo(5.24);
    });
  });

  it('are of each channel where their ranges have little in common', () => {
    const scales = scalesOf([batch([0, 1, 1000, 3000], [1, 2, 2])]);
    expect(scales.isShared).toBe(false);
    expect(scales.ranges[1]![0]).toBeCloseTo(920);
  });

  it('are there for values that never change, and for bytes', () => {
    expect(scalesOf([batch([7, 7], [1, 2])]).ranges[0]![0]).toBeLessThan(7);
    const bytes = readSequences({ data: Uint8Array.of(0, 255), shape: [1, 2] }, 'Test');
    expect([...bytes.line(0, 0)]).toEqual([0, 1]);
  });
});

describe('sequencesPicture', () => {
  it('has a panel a sequence, nothing cut off, and a colour a channel', async () => {
    const file = await sequencesPicture(waves(4, 2));
    expect(hasWhiteFrame(file, 16)).toBe(true);
    expect(inkOf(file, 0)).toBeGreaterThan(500);
    expect(inkOf(file, 1)).toBeGreaterThan(500);
    expect(inkOf(file, 2)).toBe(0);
    const one = readPng(await sequencesPicture(waves(1, 2)));
    const { width, height } = readPng(file);
    expect(width).toBeGreaterThan(1.8 * one.width);
    expect(height).toBeGreaterThan(1.5 * one.height);
  });

  it('begins a row with each class, by name', async () => {
    const labels = [1, 0, 1, 1];
    const named = await sequencesPicture(waves(4), { labels, classNames: ['calm', 'storm'] });
    const wide = readPng(named);
    const plain = readPng(await sequencesPicture(waves(4), { columns: 3 }));
    expect(wide.width).toBe(plain.width);
    expect(wide.height).toBeGreaterThan(plain.height);
    expect(hasWhiteFrame(named, 16)).toBe(true);
  });

  it.each([[waves(2, 1, 1)], [waves(2, 1, 5000)], [{ ...waves(6), shape: [6, 20] }]])(
    'draws %#',
    async (given) => {
      expect(inkOf(await sequencesPicture(given), 0)).toBeGreaterThan(100);
    },
  );

  it.each([
    [
      { ...waves(2), shape: [2, 1, 4, 5] },
      {},
      /^Sequences: lines need sequences of shape \[N, T\]/,
    ],
    [{ ...waves(2), shape: [3, 20] }, {}, /^Sequences: 40 values do not fill .*\[3, 20\]/],
    [waves(2), { labels: [1] }, /^Sequences: 2 sequences but 1 labels/],
    [waves(401, 1, 2), {}, /^Sequences: a picture has room for 400 sequences, not 401/],
  ])('refuses %#', async (given, options, message) => {
    await expect(sequencesPicture(given, options)).rejects.toThrow(message);
  });
});

describe('sequenceReconstructionsPicture', () => {
  it('has originals under their reconstructions', async () => {
    const file = await sequenceReconstructionsPicture(waves(3), waves(3, 1, 20, 0.8));
    expect(hasWhiteFrame(file, 16)).toBe(true);
    expect(inkOf(file, 0)).toBeGreaterThan(500);
  });

  it('refuses reconstructions of another shape', async () => {
    await expect(sequenceReconstructionsPicture(waves(3), waves(2))).rejects.toThrow(
      'Originals have the shape [3, 1, 20], reconstructions [2, 1, 20].',
    );
  });
});

describe('sequenceManifoldPicture', () => {
  it('has a line for each point', async () => {
    const file = await sequenceManifoldPicture(waves(6), latentGrid(3, 2));
    expect(hasWhiteFrame(file, 16)).toBe(true);
    expect(inkOf(file, 0)).toBeGreaterThan(500);
    await expect(sequenceManifoldPicture(waves(5), latentGrid(3, 2))).rejects.toThrow(
      'needs 6 sequences, not 5',
    );
  });
});
