import { Tensor } from 'onnxruntime-common';
import type { Dataset } from '../../src/data/dataset.js';
import { add, mean, sum } from '../../src/graph/index.js';
import { type Optimizer, sgd } from '../../src/nn/index.js';
import type { Model } from '../../src/step/index.js';
import { type FitOptions, fit } from '../../src/training/index.js';

/** A model of one parameter w, which falls by the learning rate at every step. */
const model: Model = {
  shape: [1],
  schedules: {},
  objective: ({ images }, scope) => {
    const level = mean(images);
    return { loss: add(level, sum(scope.parameter('w', [1], 'zeros'))), metrics: { level } };
  },
};

/** Data that has another value each time it is read. */
function changing(values: readonly number[]): Dataset {
  let reads = 0;
  return {
    name: 'made up',
    size: 2,
    shape: [1],
    dtype: 'float32',
    read: (indices, target) => {
      target.fill(values[reads++]!, 0, indices.length);
    },
  };
}

/**
 * Trains for an epoch of two steps for each value of `level`, the metric that validation gives.
 * @returns the run's result, and w at its end
 */
export async function fitMadeUp(
  level: readonly number[],
  options: FitOptions & { optimizer?: Optimizer; validated?: boolean },
) {
  const specs = [{ name: 'w', shape: [1], initializer: 'zeros', trained: true } as const];
  const { optimizer = sgd({ learningRate: 1 }), validated = true, ...rest } = options;
  const train: Dataset = { ...changing([]), size: 4, read: (_, target) => void target.fill(0) };
  const result = await fit(model, specs, { w: new Tensor('float32', [0], [1]) }, train, {
    ...rest,
    epochs: level.length,
    batchSize: 2,
    optimizer,
    seed: 0,
    ...(validated ? { validation: changing(level) } : {}),
  });
  return { ...result, w: (result.parameters.w!.data as Float32Array)[0]! };
}
