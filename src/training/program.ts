import type { Tensor } from 'onnxruntime-common';
import {
  compileLoop,
  dequantize,
  gradient,
  input,
  type LoopProgram,
  type Value,
  within,
} from '../graph/index.js';
import type { Session, SessionOptions } from '../runtime/session.js';
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
  const fed = input('images', ['batch', ...model.shape], dtype);
  const labels = model.usesLabels ? input('labels', ['batch'], 'int64') : undefined;
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

const isConstant = (schedule: Schedule | undefined) => typeof schedule === 'number';

type Described = Omit<LoopedObjective, 'session'>;

/**
 * The training step: forward, backward and update. Carries the parameters, packed, the states, and
 * what the update remembers.
 */
export function trainingProgram(
  model: Model,
  packing: Packing,
  update: UpdateSettings,
  dtype: 'uint8' | 'float32',
): { readonly program: LoopProgram; readonly described: Described } {
  const traced = trace(model, packing, dtype, true);
  const { parameters, packed, states, updates, examples, noises, loss, outputs, scalars } = traced;
  const names = [...parameters.keys()];
  const gradients = gradient(loss, [...parameters.values()]);
  const { carried, scalars: updateScalars } = within(
    { phase: 'update', part: 'parameters' },
    () => {
      const gradientOf = new Map(names.map((name, i) => [name, gradients[i]!]));
      return traceUpdate(packing, packed, packing.packValues(gradientOf), update);
    },
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

/** `trainingProgram`, ready to run. */
export async function compileTraining(
  ...[model, packing, update, dtype, options]: [
    ...Parameters<typeof trainingProgram>,
    options?: SessionOptions,
  ]
): Promise<LoopedObjective> {
  const { program, described } = trainingProgram(model, packing, update, dtype);
  return { session: await compileLoop(program, options), ...described };
}

/** The objective alone, over batches, with the packed parameters as invariant inputs. */
export async function compileEvaluation(
  model: Model,
  packing: Packing,
  dtype: 'uint8' | 'float32',
  options?: SessionOptions,
): Promise<LoopedObjective> {
  const { packed, states, examples, noises, outputs, scalars } = trace(
    model,
    packing,
    dtype,
    false,
  );
  const session = await compileLoop(
    {
      carried: [],
      steps: [...examples, ...noises.map(({ value }) => value)],
      invariant: [...packed, ...states.values(), ...scalars.values()],
      outputs,
    },
    options,
  );
  return {
    session,
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
