import type { GatheredProduct, Phase } from './gather.js';
import type { GatheredGradient } from './gradient.js';
import type { GradientPlan, ImageSize, PhasePlan, ProductPlan, Sweeps } from './plan.js';

/*
 * Plans with the place of each pixel, as code needs them.
 */

const area = ([height, width]: ImageSize) => height * width;

/** The pixel that each tap reads at each position, −1 for zeros: [positions · taps]. */
export function readsOf([down, across]: Sweeps, [height, width]: ImageSize): Int32Array {
  const reads = new Int32Array(down.positions * across.positions * down.taps * across.taps);
  let at = 0;
  for (let row = 0; row < down.positions; row++) {
    for (let column = 0; column < across.positions; column++) {
      for (let i = 0; i < down.taps; i++) {
        const y = down.start + down.stride * row + down.dilation * i;
        for (let j = 0; j < across.taps; j++) {
          const x = across.start + across.stride * column + across.dilation * j;
          const isInside = y >= 0 && y < height && x >= 0 && x < width;
          reads[at++] = isInside ? y * width + x : -1;
        }
      }
    }
  }
  return reads;
}

function phaseOf({ sweeps, taps, first, step }: PhasePlan, { from, to }: ProductPlan): Phase {
  const [down, across] = sweeps;
  const writes = new Int32Array(down.positions * across.positions);
  for (let i = 0; i < writes.length; i++) {
    const row = first[0] + step[0] * Math.floor(i / across.positions);
    const column = first[1] + step[1] * (i % across.positions);
    writes[i] = row * to[1] + column;
  }
  return { taps, reads: readsOf(sweeps, from), writes };
}

/** The product that a plan describes. */
export function productOf(plan: ProductPlan): GatheredProduct {
  const { channels, filters, hasBias, isRectified, isMasked, from, to } = plan;
  const phases = plan.phases.map((phase) => phaseOf(phase, plan));
  const pixels = [area(from), area(to)] as const;
  return { channels, filters, hasBias, isRectified, isMasked, pixels, phases };
}

/** The gradient that a plan describes. */
export function gradientOf(plan: GradientPlan): GatheredGradient {
  const { channels, filters, from, to, sweeps, taps } = plan;
  const reads = readsOf(sweeps, from);
  const meetings = Array.from({ length: taps }, (_, tap) => {
    const own: { reads: number[]; gradients: number[] } = { reads: [], gradients: [] };
    for (let gradient = 0; gradient < area(to); gradient++) {
      const read = reads[gradient * taps + tap]!;
      if (read < 0) continue;
      own.reads.push(read);
      own.gradients.push(gradient);
    }
    return { reads: Int32Array.from(own.reads), gradients: Int32Array.from(own.gradients) };
  });
  return { channels, filters, pixels: [area(from), area(to)], meetings };
}
