import { branch, fillNormal } from '../../../base/random.js';
import { CompiledFunction } from '../../../step/index.js';
import { inCalls } from '../in-calls.js';
import type { DrawSources } from '../sampler.js';
import { decode } from './network.js';
import type { NetworkOptions } from './options.js';

/** Latents by a fitted second VAE: u of N(0, I), then z of p(z | u), [count, ...latent]. */
export async function drawSecond(
  [count = 0]: readonly number[],
  { stream, fitted }: DrawSources,
  options: NetworkOptions,
): Promise<Float32Array> {
  const center = fitted.mean!.data as Float32Array;
  const scale = fitted.deviation!.data as Float32Array;
  const width = center.length;
  const [u, noise] = [new Float32Array(count * width), new Float32Array(count * width)];
  fillNormal(stream, u);
  fillNormal(branch(stream, 'noise'), noise);
  const compiled = await CompiledFunction.compile({ u: { shape: [width] } }, (inputs, scope) => ({
    z: decode(inputs.u!, options, scope).location,
  }));
  try {
    const located = await inCalls(u, width, async (part) => {
      const { z } = await compiled.run(fitted, { u: part });
      return z!.data as Float32Array;
    });
    const deviation = Math.exp((fitted['second.logDeviation']!.data as Float32Array)[0]!);
    return located.map((value, i) => {
      const z = value + deviation * noise[i]!;
      return center[i % width]! + scale[i % width]! * z;
    });
  } finally {
    await compiled.release();
  }
}
