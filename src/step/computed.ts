import { runsMachineCode } from '#runtime';
import { UserError } from '../base/errors.js';
import {
  gradient,
  input,
  isMeanOver,
  type Microbatches,
  microbatchSize,
  mixingPart,
  mul,
  multiplications,
  type Parted,
  partedOver,
  type Value,
  type Values,
  within,
} from '../graph/index.js';
import type { Layout } from './layout.js';
import { batchDimension, type Traced } from './traced.js';

/** The results of a step before the update. */
interface Computed {
  /** Gradients by player, a value a group of the layout. */
  readonly gradients: readonly (readonly Value[])[];
  readonly outputs: Values;
  /** The values of states at the end of the step, by name. */
  readonly updates: ReadonlyMap<string, Value>;
  readonly microbatches?: Microbatches;
}

function computedWhole({ parameters, losses, outputs, updates }: Traced, layout: Layout): Computed {
  const gradients = layout.players.map(({ specs, packing }, p) => {
    const names = specs.map(({ name }) => name);
    const own = gradient(
      losses[p]!,
      names.map((name) => parameters.get(name)!),
    );
    const gradientOf = new Map(names.map((name, i) => [name, own[i]!]));
    return within({ phase: 'update', part: 'parameters' }, () => packing.packValues(gradientOf));
  });
  return { gradients, outputs, updates };
}

/** Decides whether a step's batch is cut into microbatches. */
export interface Cutting {
  /** Examples of most steps. */
  readonly batchSize: number;
  /** Bytes that the largest tensor of a microbatch may take. */
  readonly cacheBytes?: number;
  /** Tells whether the batch is a rank's share of one, and its results are summed over ranks. */
  readonly ranked?: boolean;
}

/**
 * Summing up gradients over microbatches costs too little to matter with so many parameters at most, or
 * where a microbatch has so many multiplications for each parameter at least.
 */
const mostParameters = 1 << 20;
const leastWork = 500;

/**
 * Tells whether gradients may be summed up over microbatches of so many examples without a loss.
 * @param size numbers that are summed up
 */
function paysToSum(size: number, gradients: readonly Value[], examples: number): boolean {
  return size <= mostParameters || multiplications(gradients, examples) >= leastWork * size;
}

/**
 * Examples of the microbatches into which it pays to cut a batch; `batchSize` where it does not. Convolutions in machine
 * code need no patches: where these leave too few examples to a microbatch, it is cut by its other tensors.
 * @param summed numbers that are summed up over microbatches
 * @returns undefined where the whole batch fits the caches
 */
function cutSize(
  summed: number,
  gradients: readonly Value[],
  { batchSize, cacheBytes }: Cutting,
): number | undefined {
  const sizeBy = (form?: 'machine') =>
    microbatchSize(gradients, batchDimension, batchSize, cacheBytes, form);
  const pays = (size: number) => size < batchSize && paysToSum(summed, gradients, size);
  const size = sizeBy();
  if (size === batchSize) return undefined;
  if (pays(size)) return size;
  const larger = runsMachineCode() ? sizeBy('machine') : batchSize;
  return pays(larger) ? larger : batchSize;
}

/**
 * Multiplications of steps that two threads compute sooner by a half of the batch each than by working together in
 * each of many small operators. Of fewer, lanes take longer to start; with more, many threads do better together.
 */
const halvedWork = { from: 1e8, below: 1e9 };

/**
 * Decides how many examples a microbatch has: the whole batch where it is not cut.
 * @param summed numbers that are summed up over microbatches
 */
function chosenSize(summed: number, gradients: readonly Value[], cutting: Cutting): number {
  const { batchSize } = cutting;
  const size = cutSize(summed, gradients, cutting);
  if (size !== undefined) return size;
  const work = multiplications(gradients, batchSize);
  const half = Math.ceil(batchSize / 2);
  const isBetween = halvedWork.from <= work && work < halvedWork.below;
  return isBetween && multiplications(gradients, half) >= leastWork * summed ? half : batchSize;
}

/** Each value times a share of it. */
function shared(values: readonly Value[], share: Value): Value[] {
  return within({ phase: 'forward', part: 'objective' }, () =>
    values.map((value) => mul(value, share)),
  );
}

/** Microbatches of so many examples, with an input for the sum of each term. */
function microbatchesOf(
  terms: readonly Value[],
  share: Value,
  size: number,
  batchSize: number,
): Microbatches {
  const sums = terms.map((term, i) => ({
    term,
    total: input(`microbatch/${i}`, term.shape, term.dtype),
  }));
  const count = Math.ceil(batchSize / size);
  return { dimension: batchDimension, size, count, share, sums };
}

/** The items of a list in rows of the lengths of other rows. */
function inRows<T>(items: readonly T[], like: readonly (readonly unknown[])[]): T[][] {
  let start = 0;
  return like.map(({ length }) => {
    start += length;
    return items.slice(start - length, start);
  });
}

/** A step's outputs and states, taken apart into what examples add to them. */
interface PartedStep {
  readonly parted: Parted;
  /** States that are means over microbatches, or taken as such. */
  readonly means: readonly (readonly [name: string, value: Value])[];
}

/**
 * Takes a step's outputs and states apart.
 * @param ofRanks whether values of parts do for those of whole batches where layers say so
 * @returns undefined where one depends on examples in another way than by means and sums
 */
function partedStep(traced: Traced, ofRanks = false): PartedStep | undefined {
  const { outputs, updates, byParts, meanStates, sums } = traced;
  const isMean = (name: string) => ofRanks && meanStates.has(name);
  const parted = partedOver(
    [
      ...Object.values(outputs),
      ...[...updates].flatMap(([name, value]) => (isMean(name) ? [] : [value])),
    ],
    batchDimension,
    { sums, ...(ofRanks && { rows: byParts }) },
  );
  return parted && { parted, means: [...updates].filter(([name]) => isMean(name)) };
}

/** Values as microbatches compute them: of means their shares. */
function termsOf({ parted, means }: PartedStep, share: Value): Value[] {
  return [
    ...parted.parts.flatMap(({ value, isMean }) => (isMean ? shared([value], share) : [value])),
    ...shared(
      means.map(([, value]) => value),
      share,
    ),
  ];
}

/**
 * The results of a step by sums over microbatches of so many examples.
 * @param batchSize examples that are cut into these, at the most
 */
function summedUp(
  traced: Traced,
  step: PartedStep,
  layout: Layout,
  size: number,
  batchSize: number,
): Computed {
  const { losses, outputs, updates } = traced;
  const { parted, means } = step;
  const share = input('microbatch/share', []);
  const terms = termsOf(step, share);
  const weightedOf = new Map(parted.parts.map(({ value }, i) => [value, terms[i]!]));
  const one = computedWhole(
    { ...traced, losses: losses.map((loss) => weightedOf.get(loss)!) },
    layout,
  );
  const cut = microbatchesOf([...one.gradients.flat(), ...terms], share, size, batchSize);
  const totals = cut.sums.map(({ total }) => total);
  const count = one.gradients.flat().length;
  const ofMeans = count + parted.parts.length;
  const made = parted.madeOf(totals.slice(count, ofMeans));
  const states = new Map(means.map(([name], i) => [name, totals[ofMeans + i]!]));
  const names = Object.keys(outputs);
  const rest = made.slice(names.length);
  return {
    gradients: inRows(totals.slice(0, count), one.gradients),
    outputs: Object.fromEntries(names.map((name, i) => [name, made[i]!])),
    updates: new Map([...updates.keys()].map((name) => [name, states.get(name) ?? rest.shift()!])),
    microbatches: cut,
  };
}

/**
 * The results of a step, by microbatches where its examples are too much for the processor's caches, or threads do
 * better apart, and nothing but their mean is asked for.
 */
function computedInMicrobatches(traced: Traced, layout: Layout, cutting: Cutting): Computed {
  const { batchSize } = cutting;
  const whole = computedWhole(traced, layout);
  const gradients = whole.gradients.flat();
  if (!paysToSum(layout.size, gradients, batchSize)) return whole;
  const step = isMeanOver(traced.losses, batchDimension) ? partedStep(traced) : undefined;
  if (!step) return whole;
  const size = chosenSize(layout.size + step.parted.size, gradients, cutting);
  return size === batchSize ? whole : summedUp(traced, step, layout, size, batchSize);
}

/** Names in words the part or state that keeps ranks from sharing out the examples of a batch. */
function mixing({ losses, outputs, updates, byParts, meanStates, sums }: Traced): string {
  const declared = { rows: byParts, sums };
  const isMixed = (value: Value) => !partedOver([value], batchDimension, declared);
  const state = [...updates].find(([name, value]) => !meanStates.has(name) && isMixed(value));
  const part =
    mixingPart(losses, batchDimension, declared) ??
    mixingPart(Object.values(outputs).filter(isMixed), batchDimension, declared);
  return part === undefined && state
    ? `${state[0]} follows whole batches`
    : `${part === 'objective' ? 'the objective' : part} looks at several of them at once`;
}

/**
 * The results of a step whose examples are shared out among ranks: by sums over these.
 * @param cutting.batchSize examples of a rank, at the most
 * @throws UserError when the examples of a batch depend on one another
 */
function computedByRanks(traced: Traced, layout: Layout, cutting: Cutting): Computed {
  const { losses, byParts } = traced;
  const { batchSize } = cutting;
  const isMean = mixingPart(losses, batchDimension, { rows: byParts }) === undefined;
  const step = isMean ? partedStep(traced, true) : undefined;
  if (!step) {
    throw new UserError(
      `Ranks share out the examples of each batch, but ${mixing(traced)}. Train with one process, or with layers and an objective that see each example by itself.`,
    );
  }
  const gradients = computedWhole(traced, layout).gradients.flat();
  // Numbers of a rank's part are not those of pieces of it.
  if (byParts.length > 0) return summedUp(traced, step, layout, batchSize, batchSize);
  const cut = cutSize(layout.size + step.parted.size, gradients, cutting) ?? batchSize;
  return summedUp(traced, step, layout, cut, batchSize);
}

/** The results of a step before the update. @throws UserError when ranks cannot share out its examples */
export function computed(traced: Traced, layout: Layout, cutting?: Cutting): Computed {
  if (cutting === undefined) return computedWhole(traced, layout);
  return cutting.ranked
    ? computedByRanks(traced, layout, cutting)
    : computedInMicrobatches(traced, layout, cutting);
}

/**
 * Means over the examples of a batch by sums over microbatches; undefined where it is not cut.
 * @param batchSize examples of a batch, at the most
 */
export function evaluated(
  { outputs }: Pick<Traced, 'outputs'>,
  batchSize: number,
): Pick<Computed, 'outputs' | 'microbatches'> | undefined {
  const values = Object.values(outputs);
  if (!isMeanOver(values, batchDimension)) return undefined;
  const size = microbatchSize(values, batchDimension, batchSize);
  if (size === batchSize) return undefined;
  const share = input('microbatch/share', []);
  const microbatches = microbatchesOf(shared(values, share), share, size, batchSize);
  const names = Object.keys(outputs);
  return {
    outputs: Object.fromEntries(names.map((name, i) => [name, microbatches.sums[i]!.total])),
    microbatches,
  };
}
