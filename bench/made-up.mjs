/** Examples that are made up. */
import { writeFileSync } from 'node:fs';
import { Tensor } from 'onnxruntime-common';
import { encodeNpy } from '../dist/data/codecs/npy.js';

/**
 * Writes examples for contestants.
 * @param {string} file .npy
 * @param {Uint8Array | Float32Array} values
 * @param {readonly number[]} dims
 */
export function writeNpy(file, values, dims) {
  const type = values instanceof Uint8Array ? 'uint8' : 'float32';
  writeFileSync(file, encodeNpy(new Tensor(type, values, dims)));
}

/** Images that differ from each other, smooth enough to learn: waves of their own direction and length. */
export function waves(
  /** @type {number} */ count,
  /** @type {readonly number[]} */ [channels = 1, height = 1, width = 1],
) {
  const bytes = new Uint8Array(count * channels * height * width);
  let at = 0;
  for (let image = 0; image < count; image++) {
    const [turn, length] = [(image * 2.399) % (2 * Math.PI), 4 + ((image * 7919) % 97) / 8];
    const [dx, dy] = [Math.cos(turn) / length, Math.sin(turn) / length];
    for (let channel = 0; channel < channels; channel++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          bytes[at++] = 127.5 * (1 + Math.sin(6.283 * (dx * x + dy * y) + channel));
        }
      }
    }
  }
  return bytes;
}
