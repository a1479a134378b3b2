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
  /** Tells whether numbers below 0 become 0. */
  readonly isRectified: boolean;
  /** Tells whether numbers become 0 where those of the mask, of the output's shape, are not above 0. */
  readonly isMasked: boolean;
}

/** A derivative by the weight, of pixels and the output's gradient [images, height', width', filters]. */
export interface GradientPlan extends Gathering {
  readonly kind: 'gradient';
  readonly sweeps: Sweeps;
}

/** Three axes that are put in another order. */
export interface PermutationPlan {
  readonly kind: 'permutation';
  /** Sizes as they are read. */
  readonly sizes: readonly number[];
  /** The axes that are read, in the order of those that are written. */
  readonly order: readonly number[];
}

/** An operator in machine code, as plain data. */
export type MachinePlan = ProductPlan | GradientPlan | PermutationPlan;

/** Numbers of a vector. */
export const lanes = 16;

/** Filters of a narrow product, at the most. */
export const mostNarrow = 3;

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
