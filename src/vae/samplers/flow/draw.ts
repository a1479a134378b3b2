import { Tensor } from 'onnxruntime-common';
import { fillNormal } from '../../../base/random.js';
import { CompiledFunction } from '../../../step/index.js';
import { autoregressive, orderOf, undone } from '../../flows/index.js';
import { inCalls } from '../in-calls.js';
import type { DrawSources, Tensors } from '../sampler.js';
import { flowPath } from './fit.js';
import { type Direction, type FlowOptions, flowOf } from './options.js';

/** Noise carried through a flow that gives all latents at once. */
async function allAtOnce(
  noise: Float32Array,
  width: number,
  options: FlowOptions,
  fitted: Tensors,
): Promise<Float32Array> {
  const flow = flowOf(options, 'fromNoise');
  const compiled = await CompiledFunction.compile(
    { noise: { shape: [width] } },
    (inputs, scope) => ({
      z: autoregressive(inputs.noise!, flow, scope.child(flowPath)).z,
    }),
  );
  try {
    return await inCalls(noise, width, async (part) => {
      const { z } = await compiled.run(fitted, { noise: part });
      return z!.data as Float32Array;
    });
  } finally {
    await compiled.release();
  }
}

/** Noise carried through the inverse of a flow: a call of the runtime for each latent and block. */
async function oneByOne(
  noise: Float32Array,
  width: number,
  options: FlowOptions,
  fitted: Tensors,
): Promise<Float32Array> {
  const flow = flowOf(options, 'toNoise');
  const specs = { y: { shape: [width] }, known: { shape: [width] } };
  let rows = noise;
  for (let index = options.blocks - 1; index >= 0; index--) {
    const compiled = await CompiledFunction.compile(specs, ({ y, known }, scope) => ({
      x: undone(y!, known!, index, flow, scope.child(flowPath)).x,
    }));
    try {
      rows = await inCalls(rows, width, async (y) => {
        const known = new Float32Array(y.size);
        for (const place of orderOf(index, width)) {
          const { x } = await compiled.run(fitted, {
            y,
            known: new Tensor('float32', known, y.dims),
          });
          const found = x!.data as Float32Array;
          for (let at = place; at < known.length; at += width) known[at] = found[at]!;
        }
        return known;
      });
    } finally {
      await compiled.release();
    }
  }
  return rows;
}

/** Latents drawn by a fitted flow, [count, ...latent]. */
export async function drawFlow(
  shape: readonly number[],
  { stream, fitted }: DrawSources,
  options: FlowOptions,
  direction: Direction,
): Promise<Float32Array> {
  const [count = 0] = shape;
  const center = fitted.mean!.data as Float32Array;
  const deviation = fitted.deviation!.data as Float32Array;
  const width = center.length;
  const noise = new Float32Array(count * width);
  fillNormal(stream, noise);
  const carry = direction === 'fromNoise' ? allAtOnce : oneByOne;
  const z = await carry(noise, width, options, fitted);
  return z.map((value, i) => center[i % width]! + deviation[i % width]! * value);
}
