import { lanesOf } from '#runtime';
import {
  findDouble,
  type LoopProgram,
  machineLoop,
  multiplications,
  openLoop,
  openRankedLoop,
  optimizeLoop,
  resultsOf,
  within,
} from '../graph/index.js';
import type { RanksAddress } from '../runtime/ranks/address.js';
import type { Session, SessionOptions } from '../runtime/session.js';
import { callSize } from './call-size.js';
import { type Cutting, computed, evaluated } from './computed.js';
import { type Footprint, footprintOf } from './footprint.js';
import type { Layout } from './layout.js';
import type { Model, NumberAt } from './model.js';
import { trace } from './traced.js';
import type { BatchNeed, NoiseInput } from './tracing.js';
import { traceUpdate } from './update.js';

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
  /** Layers by which ranks see their own parts of a batch alone. */
  readonly byParts: readonly string[];
}

const isConstant = (schedule: NumberAt | undefined) => typeof schedule === 'number';

type Described = Omit<LoopedObjective, 'session'>;

/**
 * The training step of all players: forward, backward and update. Carries the state that the layout
 * describes.
 * @param layout of the model's parameters, with the stages of each player's update
 * @param cutting when it is left out, batches are not cut
 * @throws UserError when ranks are to share out examples that depend on one another
 */
export function trainingProgram(
  model: Model,
  layout: Layout,
  dtype: 'uint8' | 'float32',
  cutting?: Cutting,
): { readonly program: LoopProgram; readonly described: Described } {
  const traced = trace(model, layout, dtype, true);
  const { packed, states, examples, noises, scalars } = traced;
  const { gradients, outputs, updates, microbatches } = computed(traced, layout, cutting);
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
    byParts: traced.byParts.map(({ value }) => value.operation.origin?.part ?? ''),
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

/** The facts of a training step that decide the choice of a device. */
export interface StepWork {
  /** Multiplications of the step's products. */
  readonly multiplications: number;
  /** Tells whether something is computed in float64. */
  readonly hasDoubles: boolean;
}

/** The work of a training step, as its program tells it. */
export function stepWork(
  model: Model,
  layout: Layout,
  dtype: 'uint8' | 'float32',
  batchSize: number,
): StepWork {
  const results = resultsOf(trainingProgram(model, layout, dtype).program);
  return {
    multiplications: multiplications(results, batchSize),
    hasDoubles: findDouble(results) !== undefined,
  };
}

/**
 * `trainingProgram`, ready to run. On a graphics processor, batches are not cut.
 * @param options.onFootprint hears the step's memory and work, before anything is made ready for it
 */
export async function compileTraining(
  model: Model,
  layout: Layout,
  dtype: 'uint8' | 'float32',
  options: Omit<SessionOptions, 'ranks'> & {
    readonly cutting?: Cutting;
    readonly onFootprint?: ((footprint: Footprint) => unknown) | undefined;
    /** Ranks that the step is computed by, with `cutting` for this one. */
    readonly ranks?: RanksAddress | undefined;
  } = {},
): Promise<LoopedObjective> {
  const { cutting, onFootprint, ranks, ...session } = options;
  const { device = 'cpu' } = session;
  const { program, described } = trainingProgram(
    model,
    layout,
    dtype,
    device === 'cpu' ? cutting && { ...cutting, ranked: ranks !== undefined } : undefined,
  );
  const chosen = cutting ? withThreads(session, program, cutting.batchSize) : session;
  const optimized = optimizeLoop(program, device);
  if (onFootprint && cutting) {
    const { batchSize } = cutting;
    const threads = lanesOf(chosen);
    const { modelSize: parameters } = layout;
    await onFootprint(footprintOf(program, optimized, { parameters, batchSize, threads, device }));
  }
  const byMachine = machineLoop(program, chosen);
  const opened = ranks
    ? openRankedLoop(byMachine ?? optimized, ranks, chosen)
    : openLoop(optimized, chosen, { examples: cutting?.batchSize, byMachine });
  return { session: await opened, ...described };
}

/** Opens a step whose microbatches lanes compute. */
function openInLanes(program: LoopProgram, options: SessionOptions): Promise<Session> {
  const byMachine = machineLoop(program, options);
  return openLoop(optimizeLoop(program), options, { byMachine });
}

/** Examples of the batches in which models are evaluated, at the most. */
const evaluationBatchSize = 256;

/** Multiplications of an evaluation from which on it pays to start a thread for each lane. */
const laneMultiplications = 2e10;

/** An objective alone, ready to run over batches. */
export interface LoopedEvaluation extends LoopedObjective {
  /** Examples that a batch should have: fewer where they are large. */
  readonly batchSize: number;
}

/**
 * The objective alone, over batches, with the parameters as invariant inputs.
 * @param options.examples how many are evaluated in all, where batches may be cut into microbatches, and
 *   lanes started for these
 */
export async function compileEvaluation(
  model: Model,
  layout: Layout,
  dtype: 'uint8' | 'float32',
  { examples: count = 0, ...options }: SessionOptions & { readonly examples?: number } = {},
): Promise<LoopedEvaluation> {
  const traced = trace(model, layout, dtype, false);
  const { packed, states, examples, noises, outputs, scalars } = traced;
  const program: LoopProgram = {
    carried: [],
    steps: [...examples, ...noises.map(({ value }) => value)],
    invariant: [...packed.flat(), ...states.values(), ...scalars.values()],
    outputs,
  };
  const optimized = optimizeLoop(program, options.device);
  const batchSize = callSize(resultsOf(optimized), evaluationBatchSize, noises.length > 0);
  const chosen = withThreads(options, program, batchSize);
  const isLong = count * multiplications(resultsOf(program), 1) >= laneMultiplications;
  const cut = isLong ? evaluated(traced, batchSize) : undefined;
  return {
    session: await (cut
      ? openInLanes({ ...program, ...cut }, { ...chosen, thread: {} })
      : openLoop(optimized, chosen, { examples: batchSize })),
    batchSize,
    noises,
    stepScalars: [],
    constants: [...scalars.keys()],
    metricNames: Object.keys(outputs),
    usesLabels: model.usesLabels ?? false,
    batchNeeds: [],
    byParts: [],
  };
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
