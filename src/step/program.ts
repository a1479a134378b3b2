import { lanesOf } from '#runtime';
import { UserError } from '../base/errors.js';
import {
  dequantize,
  gradient,
  input,
  isMeanOver,
  type LoopProgram,
  type Microbatches,
  microbatchSize,
  mul,
  multiplications,
  openLoop,
  optimizeLoop,
  resultsOf,
  type Value,
  type Values,
  within,
} from '../graph/index.js';
import type { Session, SessionOptions } from '../runtime/session.js';
import { callSize } from './call-size.js';
import { type Footprint, footprintOf } from './footprint.js';
import { feedName, mainPlayer } from './keys.js';
import type { Layout } from './layout.js';
import type { Model, NumberAt, Terms } from './model.js';
import { type BatchNeed, type NoiseInput, tracingScope } from './tracing.js';
import { traceUpdate } from './update.js';

/** Images as floats: uint8 ones scaled to [0, 1]. */
export function asFloat(images: Value): Value {
  return images.dtype === 'uint8' ? dequantize(images, 1 / 255) : images;
}

/** A model's objective as a loop over batches, ready to run. */
export interface LoopedObjective {
  readonly session: Session;
  readonly noises: readonly NoiseInput[];
  /** Numbers that change from step to step: fed as [iterations]. */
  readonly stepScalars: readonly string[];
  /** Numbers that do not: fed as scalars. */
  readonly constants: readonly string[];
  readonly metricNames: readonly string[];
  readonly usesLabels: boolean;
  /** Layers that cannot be trained with small batches. */
  readonly batchNeeds: readonly BatchNeed[];
}

/** The dimension of the examples. */
const batchDimension = 'batch';

interface Traced {
  readonly parameters: ReadonlyMap<string, Value>;
  /** By player, a value a group of the layout. */
  readonly packed: readonly (readonly Value[])[];
  readonly states: ReadonlyMap<string, Value>;
  readonly updates: ReadonlyMap<string, Value>;
  /** Images, and labels for models that use them. */
  readonly examples: readonly Value[];
  readonly noises: readonly NoiseInput[];
  /** A loss for each player of the layout. */
  readonly losses: readonly Value[];
  readonly outputs: Record<string, Value>;
  readonly scalars: Map<string, Value>;
  readonly batchNeeds: readonly BatchNeed[];
}

/** The losses in the order of the players. @throws UserError when one is missing, or too many */
function lossesOf({ loss, losses = {} }: Terms, layout: Layout): Value[] {
  const names = layout.players.map(({ name }) => name);
  const unknown = Object.keys(losses).find((name) => name === mainPlayer || !names.includes(name));
  if (unknown !== undefined) {
    throw new UserError(
      `The objective gives a loss for ${unknown}, which is none of its players. Name it in players.`,
    );
  }
  return names.map((name) => {
    const own = name === mainPlayer ? loss : losses[name];
    if (own) return own;
    throw new UserError(
      `The objective gives no loss for its player ${name}. Give one in losses.${name}.`,
    );
  });
}

function trace(
  model: Model,
  layout: Layout,
  dtype: 'uint8' | 'float32',
  training: boolean,
): Traced {
  const packed = layout.parameterInputs();
  const parameters = within({ phase: 'forward', part: 'parameters' }, () =>
    layout.unpackValues(packed),
  );
  const states = layout.layerInputs();
  const fed = input(feedName.images, [batchDimension, ...model.shape], dtype);
  const labels = model.usesLabels ? input(feedName.labels, [batchDimension], 'int64') : undefined;
  const scalars = new Map<string, Value>();
  const schedule = (name: string) => {
    const value = scalars.get(name) ?? input(feedName.schedule(name), []);
    scalars.set(name, value);
    return value;
  };
  const { scope, noises, updates, batchNeeds } = tracingScope(
    training,
    ({ name, trained }) => (trained ? parameters : states).get(name)!,
    (name, shape, dtype) => input(feedName.noise(name), shape, dtype),
  );
  const images = within({ phase: 'forward', part: 'images' }, () => asFloat(fed));
  const terms = within({ phase: 'forward', part: 'objective' }, () =>
    model.objective({ images, ...(labels ? { labels } : {}) }, scope, schedule),
  );
  const adversaries = Object.entries(terms.losses ?? {}).map(
    ([player, loss]) => [`${player}_loss`, loss] as const,
  );
  return {
    parameters,
    packed,
    states,
    updates,
    examples: labels ? [fed, labels] : [fed],
    noises,
    losses: lossesOf(terms, layout),
    outputs: { loss: terms.loss, ...Object.fromEntries(adversaries), ...terms.metrics },
    scalars,
    batchNeeds,
  };
}

/** The results of a step before the update. */
interface Computed {
  /** By player, a value a group of the layout. */
  readonly gradients: readonly (readonly Value[])[];
  readonly outputs: Values;
  readonly microbatches?: Microbatches;
}

function computedWhole({ parameters, losses, outputs }: Traced, layout: Layout): Computed {
  const gradients = layout.players.map(({ specs, packing }, p) => {
    const names = specs.map(({ name }) => name);
    const own = gradient(
      losses[p]!,
      names.map((name) => parameters.get(name)!),
    );
    const gradientOf = new Map(names.map((name, i) => [name, own[i]!]));
    return within({ phase: 'update', part: 'parameters' }, () => packing.packValues(gradientOf));
  });
  return { gradients, outputs };
}

/** Decides whether a step's batch is cut into microbatches. */
export interface Cutting {
  /** Examples of most steps. */
  readonly batchSize: number;
  /** Bytes that the largest tensor of a microbatch may take. */
  readonly cacheBytes?: number;
}

/**
 * Summing up gradients over microbatches goes over as many parameters as this without a loss, and over
 * more where each of them is used in as many multiplications of a microbatch.
 */
const mostParameters = 1 << 20;
const leastWork = 500;

/** Whether gradients may be summed up over microbatches of so many examples without a loss. */
function paysToSum({ size }: Layout, gradients: readonly Value[], examples: number): boolean {
  return size <= mostParameters || multiplications(gradients, examples) >= leastWork * size;
}

/** Each value times a share of it. */
function shared(values: readonly Value[], share: Value): Value[] {
  return within({ phase: 'forward', part: 'objective' }, () =>
    values.map((value) => mul(value, share)),
  );
}

/** The items of a list in rows of the lengths of other rows. */
function inRows<T>(items: readonly T[], like: readonly (readonly unknown[])[]): T[][] {
  let start = 0;
  return like.map(({ length }) => {
    start += length;
    return items.slice(start - length, start);
  });
}

/**
 * The results of a step, by microbatches where its examples are too much for the processor's caches
 * and nothing but their mean is asked for.
 */
function computedInMicrobatches(
  traced: Traced,
  layout: Layout,
  { batchSize, cacheBytes }: Cutting,
): Computed {
  const whole = computedWhole(traced, layout);
  const { losses, outputs, updates } = traced;
  const gradients = whole.gradients.flat();
  if (!paysToSum(layout, gradients, batchSize) || updates.size > 0) return whole;
  if (!isMeanOver([...losses, ...Object.values(outputs)], batchDimension)) return whole;
  const size = microbatchSize(gradients, batchDimension, batchSize, cacheBytes);
  if (size === batchSize || !paysToSum(layout, gradients, size)) return whole;
  const share = input('microbatch/share', []);
  const names = Object.keys(outputs);
  const weighted = shared(Object.values(outputs), share);
  const weightedOf = new Map(Object.values(outputs).map((value, i) => [value, weighted[i]!]));
  const one = computedWhole(
    { ...traced, losses: losses.map((loss) => weightedOf.get(loss)!) },
    layout,
  );
  const sums = [...one.gradients.flat(), ...weighted].map((term, i) => ({
    term,
    total: input(`microbatch/${i}`, term.shape, term.dtype),
  }));
  const totals = sums.map(({ total }) => total);
  const count = one.gradients.flat().length;
  return {
    gradients: inRows(totals.slice(0, count), one.gradients),
    outputs: Object.fromEntries(names.map((name, i) => [name, totals[count + i]!])),
    microbatches: {
      dimension: batchDimension,
      size,
      count: Math.ceil(batchSize / size),
      share,
      sums,
    },
  };
}

const isConstant = (schedule: NumberAt | undefined) => typeof schedule === 'number';

type Described = Omit<LoopedObjective, 'session'>;

/**
 * The training step of all players: forward, backward and update. Carries the state that the layout
 * describes.
 * @param layout of the model's parameters, with the stages of each player's update
 * @param cutting when it is left out, batches are not cut
 */
export function trainingProgram(
  model: Model,
  layout: Layout,
  dtype: 'uint8' | 'float32',
  cutting?: Cutting,
): { readonly program: LoopProgram; readonly described: Described } {
  const traced = trace(model, layout, dtype, true);
  const { packed, states, updates, examples, noises, scalars } = traced;
  const { gradients, outputs, microbatches } =
    cutting === undefined
      ? computedWhole(traced, layout)
      : computedInMicrobatches(traced, layout, cutting);
  const { carried, numbers } = within({ phase: 'update', part: 'parameters' }, () =>
    traceUpdate(layout, packed, gradients),
  );
  const [constants, changing] = partition([...scalars], ([name]) =>
    isConstant(model.schedules[name]),
  );
  const program = {
    carried: [
      ...carried,
      ...[...states].map(([name, current]) => ({ current, next: updates.get(name) ?? current })),
    ],
    steps: [
      ...examples,
      ...noises.map(({ value }) => value),
      ...changing.map(([, value]) => value),
      ...numbers,
    ],
    invariant: constants.map(([, value]) => value),
    outputs,
    ...(microbatches && { microbatches }),
  };
  const described = {
    noises,
    stepScalars: changing.map(([name]) => name),
    constants: constants.map(([name]) => name),
    metricNames: Object.keys(outputs),
    usesLabels: model.usesLabels ?? false,
    batchNeeds: traced.batchNeeds,
  };
  return { program, described };
}

/** Below this many multiplications a step, a second thread costs more than it gives. */
const threadedMultiplications = 1e7;

/** The options, with one thread where nobody asked for more and more would not pay. */
function withThreads(
  options: SessionOptions,
  program: LoopProgram,
  batchSize: number,
): SessionOptions {
  const pays = multiplications(resultsOf(program), batchSize) >= threadedMultiplications;
  return pays || options.threads !== undefined ? options : { ...options, threads: 1 };
}

/**
 * `trainingProgram`, ready to run. On a graphics processor, batches are not cut.
 * @param options.onFootprint hears what the step takes, before anything is made ready for it
 */
export async function compileTraining(
  model: Model,
  layout: Layout,
  dtype: 'uint8' | 'float32',
  options: SessionOptions & {
    readonly cutting?: Cutting;
    readonly onFootprint?: ((footprint: Footprint) => unknown) | undefined;
  } = {},
): Promise<LoopedObjective> {
  const { cutting, onFootprint, ...session } = options;
  const { program, described } = trainingProgram(
    model,
    layout,
    dtype,
    session.device === 'webgpu' ? undefined : cutting,
  );
  const chosen = cutting ? withThreads(session, program, cutting.batchSize) : session;
  const optimized = optimizeLoop(program, session.device);
  if (onFootprint && cutting) {
    const { batchSize } = cutting;
    const threads = lanesOf(chosen);
    const { modelSize: parameters } = layout;
    await onFootprint(footprintOf(program, optimized, { parameters, batchSize, threads }));
  }
  return { session: await openLoop(optimized, chosen), ...described };
}

/** Examples of the batches in which models are evaluated, at the most. */
const evaluationBatchSize = 256;

/** An objective alone, ready to run over batches. */
export interface LoopedEvaluation extends LoopedObjective {
  /** Examples that a batch should have: fewer where they are large. */
  readonly batchSize: number;
}

/** The objective alone, over batches, with the parameters as invariant inputs. */
export async function compileEvaluation(
  model: Model,
  layout: Layout,
  dtype: 'uint8' | 'float32',
  options: SessionOptions = {},
): Promise<LoopedEvaluation> {
  const { packed, states, examples, noises, outputs, scalars } = trace(model, layout, dtype, false);
  const program: LoopProgram = {
    carried: [],
    steps: [...examples, ...noises.map(({ value }) => value)],
    invariant: [...packed.flat(), ...states.values(), ...scalars.values()],
    outputs,
  };
  const optimized = optimizeLoop(program, options.device);
  const batchSize = callSize(resultsOf(optimized), evaluationBatchSize, noises.length > 0);
  return {
    session: await openLoop(optimized, withThreads(options, program, batchSize)),
    batchSize,
    noises,
    stepScalars: [],
    constants: [...scalars.keys()],
    metricNames: Object.keys(outputs),
    usesLabels: model.usesLabels ?? false,
    batchNeeds: [],
  };
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
