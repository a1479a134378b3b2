import { Tensor } from 'onnxruntime-common';

/** Latents in one call of the runtime. */
const callSize = 4096;

/** Carries rows [N, width] through a function of [n, width], call by call. */
export async function inCalls(
  rows: Float32Array,
  width: number,
  carry: (part: Tensor) => Promise<Float32Array>,
): Promise<Float32Array> {
  const carried = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += callSize * width) {
    const part = rows.subarray(start, start + callSize * width);
    const tensor = new Tensor('float32', part, [part.length / width, width]);
    carried.set(await carry(tensor), start);
  }
  return carried;
}
