import type { Tensor } from 'onnxruntime-common';
import type { Checkpoint, Dataset, FitOptions, VAE } from '../../src/index.js';
import { corners } from './small.js';

/** The bits of tensors by name, in order of names. */
export function bits(tensors: Readonly<Record<string, Tensor>>): string {
  return Object.keys(tensors)
    .sort()
    .map((name) => {
      const { buffer, byteOffset, byteLength } = tensors[name]!.data as Float32Array;
      return `${name} ${Buffer.from(buffer, byteOffset, byteLength).toString('hex')}`;
    })
    .join('\n');
}

/** All results of a training but its times, as text. */
export async function trained(model: VAE, data: Dataset, fit: FitOptions) {
  const checkpoints: Checkpoint[] = [];
  const onCheckpoint = (each: Checkpoint) => void checkpoints.push(each);
  const { validationSplit } = fit;
  const { epochs, ...end } = await model.fit(data, {
    epochs: 4,
    batchSize: 8,
    ...(validationSplit ? {} : { validation: corners(20, 3) }),
    ...fit,
    callbacks: [{ onCheckpoint }, ...(fit.callbacks ?? [])],
  });
  const lines = epochs.map(({ seconds: _, ...line }) => JSON.stringify(line));
  const { tensors, changes } = checkpoints.at(-1)!;
  return {
    checkpoints,
    left: [...lines, JSON.stringify([end, changes]), bits(model.parameters()), bits(tensors)].join(
      '\n',
    ),
  };
}
