import type { Tensor } from 'onnxruntime-common';
import { graph, layer, type VAE } from '../../../src/index.js';

/** A tensor's numbers. */
export const values = (tensor: Tensor | undefined) => tensor!.data as Float32Array;

/** Each 2×2 block of an image is a position, its first 3 pixels the channels: [batch, 3, 2, 2]. */
export const blocks = layer('blocks', (x) => {
  const parts = graph.reshape(x, [x.shape[0]!, 2, 2, 2, 2]);
  const apart = graph.transpose(parts, [0, 2, 4, 1, 3]);
  return graph.slice(graph.reshape(apart, [x.shape[0]!, 4, 2, 2]), [{ axis: 1, end: 3 }]);
});

/** The same by loops: the vector of each position of each image. */
export function vectorsOf(images: Tensor): number[][] {
  const pixels = images.data as Uint8Array;
  const vectors: number[][] = [];
  for (let start = 0; start < pixels.length; start += 16) {
    for (const [row, column] of [
      [0, 0],
      [0, 2],
      [2, 0],
      [2, 2],
    ] as const) {
      const at = start + row * 4 + column;
      vectors.push([at, at + 1, at + 4].map((place) => pixels[place]! / 255));
    }
  }
  return vectors;
}

/** The code nearest to a vector. */
export const nearest = (row: readonly number[], codebook: readonly number[][]) => {
  const distances = codebook.map((code) => code.reduce((d, c, i) => d + (c - row[i]!) ** 2, 0));
  return distances.indexOf(Math.min(...distances));
};

/** A model's codes. */
export const codebookOf = (model: VAE) => {
  const tensor = model.parameters()['quantizer.codebook']!;
  const [codes = 0, latent = 0] = tensor.dims;
  return Array.from({ length: codes }, (_, i) =>
    Array.from(values(tensor).subarray(i * latent, (i + 1) * latent)),
  );
};
