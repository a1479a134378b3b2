import type { Tensor } from 'onnxruntime-common';
import { lanesOf } from '#runtime';
import { elementCount } from '../data/shape.js';
import {
  dequantize,
  gradient,
  input,
  isMeanOver,
  type LoopProgram,
  mul,
  multiplications,
  openLoop,
  optimizeLoop,
  type Parts,
  partSize,
  resultsOf,
  type Value,
  type Values,
  within,
} from '../graph/index.js';
import type { Session, SessionOptions } from '../runtime/session.js';
import { callSize } from './call-size.js';
import { type Footprint, footprintOf } from './footprint.js';
import {
  type BatchNeed,
  type Model,
  type NoiseInput,
  type Schedule,
  tracingScope,
} from './objective.js';
import type { Packing } from './pack.js';
import { traceUpdate, type UpdateSettings } from './update.js';

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
  readonly packed: readonly Value[];
  readonly states: ReadonlyMap<string, Value>;
  readonly updates: ReadonlyMap<string, Value>;
  /** Images, and labels for models that use them. */
  readonly examples: readonly Value[];
  readonly noises: readonly NoiseInput[];
  readonly loss: Value;
  readonly outputs: Record<string, Value>;
  readonly scalars: Map<string, Value>;
  readonly batchNeeds: readonly BatchNeed[];
}

function trace(
  model: Model,
  packing: Packing,
  dtype: 'uint8' | 'float32',
  training: boolean,
): Traced {
  const packed = packing.inputs('parameters');
  const parameters = within({ phase: 'forward', part: 'parameters' }, () =>
    packing.unpackValues(packed),
  );
  const states = packing.stateInputs();
  const fed = input('images', [batchDimension, ...model.shape], dtype);
  const labels = model.usesLabels ? input('labels', [batchDimension], 'int64') : undefined;
  const scalars = new Map<string, Value>();
  const schedule = (name: string) => {
    const value = scalars.get(name) ?? input(`schedule/${name}`, []);
    scalars.set(name, value);
    return value;
  };
  const { scope, noises, updates, batchNeeds } = tracingScope(
    training,
    ({ name, trained }) => (trained ? parameters : states).get(name)!,
    (name, shape, dtype) => input(`noise/${name}`, shape, dtype),
  );
  const images = within({ phase: 'forward', part: 'images' }, () => asFloat(fed));
  const { loss, metrics } = within({ phase: 'forward', part: 'objective' }, () =>
    model.objective({ images, ...(labels ? { labels } : {}) }, scope, schedule),
  );
  return {
    parameters,
    packed,
    states,
    updates,
    examples: labels ? [fed, labels] : [fed],
    noises,
    loss,
    outputs: { loss, ...metrics },
    scalars,
    batchNeeds,
  };
}

/** What a step computes before the update. */
interface Computed {
  /** Packed. */
  readonly gradients: readonly Value[];
  readonly outputs: Values;
  readonly parts?: Parts;
}

function computedWhole({ parameters, loss, outputs }: Traced, packing: Packing): Computed {
  const gradients = gradient(loss, [...parameters.values()]);
  const names = [...parameters.keys()];
  const gradientOf = new Map(names.map((name, i) => [name, gradients[i]!]));
  return {
    gradients: within({ phase: 'update', part: 'parameters' }, () =>
      packing.packValues(gradientOf),
    ),
    outputs,
  };
}

/** What decides whether a step's examples are taken part by part. */
export interface Cutting {
  /** Examples of most steps. */
  readonly batchSize: number;
  /** What the largest tensor of a part may take. */
  readonly cacheBytes?: number;
}

/**
 * Summing up gradients over parts goes over as many parameters as this without a loss, and over more
 * where each of them is used in as many multiplications of a part.
 */
const mostParameters = 1 << 20;
const leastWork = 500;

/**
 * What a step computes, part by part where its examples are too much for the processor's caches
 * and nothing but their mean is asked for.
 */
function computedInParts(
  traced: Traced,
  packing: Packing,
  { batchSize, cacheBytes }: Cutting,
): Computed {
  const whole = computedWhole(traced, packing);
  const { outputs, updates } = traced;
  const count = packing.groups.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const pays = (examples: number) =>
    count <= mostParameters || multiplications(whole.gradients, examples) >= leastWork * count;
  if (!pays(batchSize) || updates.size > 0) return whole;
  if (!isMeanOver(Object.values(outputs), batchDimension)) return whole;
  const size = partSize(whole.gradients, batchDimension, batchSize, cacheBytes);
  if (size === batchSize || !pays(size)) return whole;
  const share = input('part/share', []);
  const weighted = within({ phase: 'forward', part: 'objective' }, () =>
    Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, mul(value, share)] as const),
    ),
  );
  const part = computedWhole({ ...traced, loss: weighted.loss!, outputs: weighted }, packing);
  const sums = [...part.gradients, ...Object.values(part.outputs)].map((term, i) => ({
    term,
    total: input(`part/${i}`, term.shape, term.dtype),
  }));
  const totals = sums.map(({ total }) => total);
  const gradients = totals.splice(0, part.gradients.length);
  return {
    gradients,
    outputs: Object.fromEntries(Object.keys(outputs).map((name, i) => [name, totals[i]!])),
    parts: {
      dimension: batchDimension,
      size,
      count: Math.ceil(batchSize / size),
      share,
      sums,
    },
  };
}

const isConstant = (schedule: Schedule | undefined) => typeof schedule === 'number';

type Described = Omit<LoopedObjective, 'session'>;

/**
 * The training step: forward, backward and update. Carries the parameters, packed, the states, and
 * what the update remembers.
 * @param cutting when it is left out, examples are not taken part by part
 */
export function trainingProgram(
  model: Model,
  packing: Packing,
  update: UpdateSettings,
  dtype: 'uint8' | 'float32',
  cutting?: Cutting,
): { readonly program: LoopProgram; readonly described: Described } {
  const traced = trace(model, packing, dtype, true);
  const { packed, states, updates, examples, noises, scalars } = traced;
  const { gradients, outputs, parts } =
    cutting === undefined
      ? computedWhole(traced, packing)
      : computedInParts(traced, packing, cutting);
  const { carried, scalars: updateScalars } = within({ phase: 'update', part: 'parameters' }, () =>
    traceUpdate(packing, packed, gradients, update),
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
      ...updateScalars,
    ],
    invariant: constants.map(([, value]) => value),
    outputs,
    ...(parts && { parts }),
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
 * `trainingProgram`, ready to run. On a graphics processor, steps are not taken part by part.
 * @param options.onFootprint hears what the step takes, before anything is made ready for it
 */
export async function compileTraining(
  model: Model,
  packing: Packing,
  update: UpdateSettings,
  dtype: 'uint8' | 'float32',
  options: SessionOptions & {
    readonly cutting?: Cutting;
    readonly onFootprint?: ((footprint: Footprint) => unknown) | undefined;
  } = {},
): Promise<LoopedObjective> {
  const { cutting, onFootprint, ...session } = options;
  const { program, described } = trainingProgram(
    model,
    packing,
    update,
    dtype,
    session.device === 'webgpu' ? undefined : cutting,
  );
  const chosen = cutting ? withThreads(session, program, cutting.batchSize) : session;
  const optimized = optimizeLoop(program, session.device);
  if (onFootprint && cutting) {
    await onFootprint(footprintOf(program, optimized, packing, cutting.batchSize, lanesOf(chosen)));
  }
  return { session: await openLoop(optimized, chosen), ...described };
}

/** Examples of the batches in which models are evaluated, at the most. */
const evaluationBatchSize = 256;

/**
 * The objective alone, over batches, with the packed parameters as invariant inputs.
 * @returns also how many examples a batch should have: `evaluationBatchSize` but for large examples
 */
export async function compileEvaluation(
  model: Model,
  packing: Packing,
  dtype: 'uint8' | 'float32',
  options: SessionOptions = {},
): Promise<LoopedObjective & { readonly batchSize: number }> {
  const { packed, states, examples, noises, outputs, scalars } = trace(
    model,
    packing,
    dtype,
    false,
  );
  const program: LoopProgram = {
    carried: [],
    steps: [...examples, ...noises.map(({ value }) => value)],
    invariant: [...packed, ...states.values(), ...scalars.values()],
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

/** Tensors by input name. */
export type Feeds = Record<string, Tensor>;
