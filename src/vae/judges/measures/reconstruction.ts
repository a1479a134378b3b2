import type { Tensor } from 'onnxruntime-common';
import { scaleExponents } from '../../structural-similarity.js';
import { type Judged, meanOf } from '../judged.js';
import { smallestSide } from '../pictures.js';
import type { Measure } from './measure.js';

/** The mean squared difference of each example. */
function squaredErrors(a: Tensor, b: Tensor): Float32Array {
  const [count] = a.dims as readonly [number];
  const width = a.size / count;
  const [x, y] = [a.data as Float32Array, b.data as Float32Array];
  return Float32Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let j = i * width; j < (i + 1) * width; j++) sum += (x[j]! - y[j]!) ** 2;
    return sum / width;
  });
}

const sidesOf = ({ vae }: Judged) => {
  const [, height = 0, width = 0] = vae.input.shape;
  return [height, width] as const;
};

function lacksPictures(judged: Judged): string | undefined {
  const { input } = judged.vae;
  if (input.kind !== 'image' || input.range?.join() !== '0,1') {
    return 'examples are no pictures in [0, 1]';
  }
  return Math.min(...sidesOf(judged)) < smallestSide
    ? `pictures have fewer than ${smallestSide} × ${smallestSide} pixels`
    : undefined;
}

export const squaredError: Measure = {
  lacks: () => undefined,
  take: async (judged) =>
    meanOf(squaredErrors(await judged.values(), await judged.reconstructions())),
};

export const psnr: Measure = {
  lacks: lacksPictures,
  take: async (judged) => meanOf((await judged.likeness()).psnr),
};

export const ssim: Measure = {
  lacks: lacksPictures,
  take: async (judged) => meanOf((await judged.likeness()).ssim),
};

export const msSsim: Measure = {
  lacks: (judged) =>
    lacksPictures(judged) ??
    (scaleExponents(...sidesOf(judged)).length > 1
      ? undefined
      : 'pictures are so small that they have one scale alone'),
  async take(judged) {
    const { msSsim: found, scales } = await judged.likeness();
    return { ...meanOf(found), detail: `by ${scales} scales` };
  },
};
