import type { GatheredGradient } from './gradient.js';
import type { GatheredProduct, Phase } from './product.js';

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

/** A convolution in one of its directions, as plain data. */
export interface GatherPlan {
  /**
   * A product: of pixels [images, height, width, channels], a weight [taps, channels, filters] and, perhaps, a bias
   * [filters]; or a gradient by the weight: of pixels and the output's gradient [images, height', width', filters].
   */
  readonly kind: 'product' | 'gradient';
  readonly channels: number;
  readonly filters: number;
  /** Taps of the weight. */
  readonly taps: number;
  readonly from: ImageSize;
  readonly to: ImageSize;
  /** A gradient has one. */
  readonly phases: readonly PhasePlan[];
  readonly hasBias: boolean;
  /** Whether numbers below 0 become 0. */
  readonly isRectified: boolean;
  /** Whether numbers become 0 where those of a last input of the output's shape are not above 0. */
  readonly isMasked: boolean;
}

/** The domain of operators in machine code. */
export const operatorDomain = 'vaekit';

/** A plan as the type of an operator in a model. */
export const operatorType = (plan: GatherPlan): string => JSON.stringify(plan);

/** The plan of an operator by its type. */
export const planOf = (type: string): GatherPlan => JSON.parse(type) as GatherPlan;

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

function phaseOf({ sweeps, taps, first, step }: PhasePlan, { from, to }: GatherPlan): Phase {
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
export function productOf(plan: GatherPlan): GatheredProduct {
  const { channels, filters, hasBias, isRectified, isMasked, from, to } = plan;
  const phases = plan.phases.map((phase) => phaseOf(phase, plan));
  const pixels = [area(from), area(to)] as const;
  return { channels, filters, hasBias, isRectified, isMasked, pixels, phases };
}

/** The gradient that a plan describes. */
export function gradientOf(plan: GatherPlan): GatheredGradient {
  const { channels, filters, from, to } = plan;
  const { taps, reads } = phaseOf(plan.phases[0]!, plan);
  const meetings = taps.map((_, tap) => {
    const own: { reads: number[]; gradients: number[] } = { reads: [], gradients: [] };
    for (let gradient = 0; gradient < area(to); gradient++) {
      const read = reads[gradient * taps.length + tap]!;
      if (read < 0) continue;
      own.reads.push(read);
      own.gradients.push(gradient);
    }
    return { reads: Int32Array.from(own.reads), gradients: Int32Array.from(own.gradients) };
  });
  return { channels, filters, pixels: [area(from), area(to)], meetings };
}
