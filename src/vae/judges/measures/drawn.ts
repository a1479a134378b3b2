import type { Tensor } from 'onnxruntime-common';
import { frechetDistance } from '../frechet.js';
import { kernelDistance } from '../kernel-distance.js';
import { type Neighbours, neighbours } from '../neighbours.js';
import { lacking, type Measure } from './measure.js';

/** A subset of the kernel distance is this part of the examples, so that subsets differ. */
const kernelParts = 4;

const countOf = (features: Tensor) => features.dims[0]!;

export const frechet: Measure = {
  lacks: lacking.draws,
  take: (judged) =>
    judged.byFeatures(async ([real, made]) => ({ value: await frechetDistance(real, made) })),
};

export const kernel: Measure = {
  lacks: lacking.draws,
  take: (judged) =>
    judged.byFeatures(([real, made]) => {
      const subsetSize = Math.max(2, Math.floor(countOf(real) / kernelParts));
      const { seed } = judged.settings;
      const found = kernelDistance(real, made, { seed, subsets: 20, subsetSize });
      return { value: found.mean, error: found.deviation };
    }),
};

/** A number about neighbours. Shares of examples have the standard error of a share. */
const about = (name: keyof Neighbours): Measure => ({
  lacks: lacking.draws,
  take: (judged) =>
    judged.byFeatures(async ([real, made], features) => {
      const found = await judged.once(`neighbours ${features}`, async () => neighbours(real, made));
      const value = found[name];
      if (name === 'density') return { value };
      return { value, error: Math.sqrt((value * (1 - value)) / countOf(real)) };
    }),
});

export const precision = about('precision');
export const recall = about('recall');
export const density = about('density');
export const coverage = about('coverage');
