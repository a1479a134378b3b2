import type { GatheredProduct, Phase } from './gather.js';
import type { GatheredGradient } from './gradient.js';
import type { Permutation } from './permutation.js';

/** Size of an image. */
export type ImageSize = readonly [height: number, width: number];

/** The places that a kernel reads along an axis: start + stride · position + dilation · tap. */
export interface Sweep {
  readonly positions: number;
  readonly taps: number;
  /** Below 0 inside the padding. */
  readonly start: number;
  readonly stride: number;
  /** Below 0 where taps go backwards. */
  readonly dilation: number;
}

export type Sweeps = readonly [down: Sweep, across: Sweep];

/** Pixels of the output that the same taps make. */
export interface PhasePlan {
  readonly sweeps: Sweeps;
  /** The weight's tap for each tap of the sweeps. */
  readonly taps: readonly number[];
  /** The first row and column that the phase makes, and the distance to the next. */
  readonly first: ImageSize;
  readonly step: ImageSize;
}

/** A convolution in one of its directions. */
interface Gathering {
  readonly channels: number;
  readonly filters: number;
  /** Taps of the weight. */
  readonly taps: number;
  readonly from: ImageSize;
  readonly to: ImageSize;
}

/**
 * A product of pixels [images, height, width, channels] and a weight [taps, channels, filters], or of few filters
 * [filters, taps, channels]; then a bias [filters] and a mask, where there are these: [images, height', width', filters].
 */
export interface ProductPlan extends Gathering {
  readonly kind: 'product' | 'narrow';
  readonly phases: readonly PhasePlan[];
  readonly hasBias: boolean;
  /** Whether numbers below 0 become 0. */
  readonly isRectified: boolean;
  /** Whether numbers become 0 where those of the mask, of the output's shape, are not above 0. */
  readonly isMasked: boolean;
}

/** A derivative by the weight, of pixels and the output's gradient [images, height', width', filters]. */
export interface GradientPlan extends Gathering {
  readonly kind: 'gradient';
  readonly sweeps: Sweeps;
}

/** Three axes in another order. */
export interface PermutationPlan extends Permutation {
  readonly kind: 'permutation';
}

/** An operator in machine code, as plain data. */
export type MachinePlan = ProductPlan | GradientPlan | PermutationPlan;

/** The domain of operators in machine code. */
export const operatorDomain = 'vaekit';

/** A plan as the type of an operator in a model. */
export const operatorType = (plan: MachinePlan): string => JSON.stringify(plan);

/** The plan of an operator by its type. */
export const planOf = (type: string): MachinePlan => JSON.parse(type) as MachinePlan;

/** The shape of an image that a product makes. One of one filter has it first, which is the same in memory. */
export function imageShape({ to, filters }: ProductPlan): readonly number[] {
  return filters === 1 ? [1, ...to] : [...to, filters];
}

const area = ([height, width]: ImageSize) => height * width;

/** The pixel that each tap reads at each position, −1 for zeros: [positions · taps]. */
function readsOf([down, across]: Sweeps, [height, width]: ImageSize): Int32Array {
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
