import type { Tensor } from 'onnxruntime-common';
import { breathe } from '../base/breathe.js';
import { UserError } from '../base/errors.js';
import {
  constant,
  input,
  machineProgram,
  open,
  optimizeProgram,
  type Program,
  toModel,
  type Value,
  type Values,
} from '../graph/index.js';
import type { Scope } from '../nn/index.js';
import { mapValues, tensorRows } from '../runtime/plain-tensor.js';
import type { Session, Tensors } from '../runtime/session.js';
import { callSize } from './call-size.js';
import { type FunctionWork, workOf } from './fixing.js';
import { FunctionLanes } from './function-lanes.js';
import { feedName } from './keys.js';
import type { ParameterSpec } from './model.js';
import { sizesAt } from './noise.js';
import { type NoiseStream, noiseOfCalls } from './noise-stream.js';
import { type NoiseInput, tracingScope } from './tracing.js';
import { Whole } from './whole.js';

/** A function of a model's parameters and batches: from inputs [batch, ...] to named outputs. */
export type ModelFunction = (
  inputs: Values,
  scope: Scope,
  /** The trained parameters that the scope has handed out so far, by name. */
  parameters: ReadonlyMap<string, Value>,
) => Values;

/** The shape of a function's input without the batch axis. */
export interface InputSpec {
  readonly shape: readonly number[];
  /** Tells whether it has no batch axis: one value for all examples. */
  readonly shared?: boolean;
  readonly dtype?: 'float32' | 'uint8' | 'int64';
}

export type InputSpecs = Readonly<Record<string, InputSpec>>;

function inputsOf(specs: InputSpecs): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { shape, dtype, shared }]) => [
      name,
      input(name, shared ? shape : ['batch', ...shape], dtype),
    ]),
  );
}

const parameterInput = (name: string) => `parameter/${name}`;

/** The place of some examples among many whose results are put together. */
export interface Part {
  readonly whole: Whole;
  /** The place of the first of them. */
  readonly from: number;
}

/** A model's function, compiled: parameters are fed at each call, or are inside. */
export class CompiledFunction {
  private constructor(
    private readonly program: Program,
    private readonly session: Session,
    private readonly parameterNames: readonly string[],
    /** The noise that the function draws, in order. */
    readonly noises: readonly NoiseInput[],
    readonly work: FunctionWork,
    private readonly lanes: FunctionLanes,
  ) {}

  /**
   * @param fixed the parameters, where they are inside
   * @throws UserError when layers do not fit
   */
  static async compile(
    specs: InputSpecs,
    build: ModelFunction,
    fixed?: Tensors,
  ): Promise<CompiledFunction> {
    const inputs = inputsOf(specs);
    const tensors = new Map<string, Value>();
    const parameters = new Map<string, Value>();
    const made = (name: string, shape: readonly number[]) =>
      fixed
        ? constant(fixed[name]!.data as Float32Array, shape)
        : input(parameterInput(name), shape);
    const { scope, noises } = tracingScope(
      false,
      ({ name, shape, trained }) => {
        const value = tensors.get(name) ?? made(name, shape);
        tensors.set(name, value);
        if (trained) parameters.set(name, value);
        return value;
      },
      (name, shape, dtype) => input(feedName.noise(name), shape, dtype),
    );
    const outputs = build(inputs, scope, parameters);
    const fed = fixed ? [] : [...tensors.values()];
    const traced: Program = {
      inputs: [...Object.values(inputs), ...fed, ...noises.map(({ value }) => value)],
      outputs,
    };
    const program = optimizeProgram(traced, 'cpu', fixed && 'own');
    const forLanes = () => (fixed ? undefined : machineProgram(traced)) ?? program;
    const session = await open(program);
    const names = fixed ? [] : [...tensors.keys()];
    const work = workOf(Object.values(outputs), [...tensors.values()]);
    const lanes = new FunctionLanes(forLanes, noises, work);
    return new CompiledFunction(program, session, names, noises, work, lanes);
  }

  /**
   * One call.
   * @param noise for functions that draw some, in the order of `noises`
   * @param into tensors in whose memory outputs are put, where the runtime can do so
   */
  run(
    parameters: Tensors,
    inputs: Tensors,
    noise: readonly Tensor[] = [],
    into: Tensors = {},
  ): Promise<Record<string, Tensor>> {
    const feeds = { ...inputs, ...this.fed(parameters) };
    this.noises.forEach(({ name }, i) => {
      feeds[feedName.noise(name)] = noise[i]!;
    });
    return this.session.run(feeds, into);
  }

  /** The parameters that are fed, by the names of the inputs. */
  private fed(parameters: Tensors): Record<string, Tensor> {
    return Object.fromEntries(
      this.parameterNames.map((name) => [parameterInput(name), parameters[name]!]),
    );
  }

  /**
   * The function of any number of examples, in batches: of fewer than asked for where examples are so
   * large that a call would take much memory.
   * @param inputs tensors [N, ...] of one N
   * @param options.stream the noise's random numbers, for functions that draw some; calls count its
   *   steps
   * @param options.each changes a batch's outputs, so that the whole takes less memory
   * @param options.part where the examples are some of many
   * @param options.times times that each batch is taken, one time after another, with noise of its own
   * @returns tensors [N · times, ...], float32 or int64, of all of the examples; empty ones for N = 0, which nothing
   *   is computed for
   * @throws UserError when a whole output is too large for one tensor
   */
  async map(
    parameters: Tensors,
    inputs: Tensors,
    most: number,
    options: {
      readonly stream?: NoiseStream | undefined;
      readonly signal?: AbortSignal | undefined;
      readonly each?: ((outputs: Record<string, Tensor>) => Record<string, Tensor>) | undefined;
      readonly part?: Part | undefined;
      readonly times?: number | undefined;
    } = {},
  ): Promise<Record<string, Tensor>> {
    const count = Object.values(inputs)[0]!.dims[0]!;
    const { each = (outputs) => outputs, times = 1, stream, signal } = options;
    const { whole, from } = options.part ?? { whole: new Whole(count * times), from: 0 };
    const batchSize = callSize(Object.values(this.program.outputs), most, this.noises.length > 0);
    if (count === 0) whole.put(each(this.placesIn(new Whole(0), 0, 0)), from);
    const lanes = options.each ? undefined : await this.lanes.lanesFor(whole.count, batchSize);
    if (lanes && count > 0) {
      const [shared, into] = [this.fed(parameters), this.placesIn(whole, from, count * times)];
      await this.lanes.compute(lanes, { inputs, shared, into, batchSize, times, stream, signal });
      return whole.tensors;
    }
    let [call, place] = [0, from];
    for (let start = 0; start < count; start += batchSize) {
      const size = Math.min(batchSize, count - start);
      const batch = mapValues(inputs, (tensor) => tensorRows(tensor, start, start + size));
      for (let time = 0; time < times; time++) {
        if (call > 0) await breathe();
        signal?.throwIfAborted();
        const noise = noiseOfCalls(this.noises, size, { first: call, count: 1 }, stream);
        // Spares a copy, and garbage of the size of the outputs.
        const into = options.each ? {} : this.placesIn(whole, place, size);
        whole.put(each(await this.run(parameters, batch, noise, into)), place);
        call += 1;
        place += size;
      }
    }
    return whole.tensors;
  }

  /** The places in a whole of the outputs of some examples. */
  private placesIn(whole: Whole, start: number, count: number): Record<string, Tensor> {
    const places = Object.entries(this.program.outputs).map(([name, { dtype, shape }]) => {
      const place = whole.rows(name, dtype, sizesAt(shape, count), start);
      return place.type === dtype ? [[name, place] as const] : [];
    });
    return Object.fromEntries(places.flat());
  }

  /** Frees the runtime's memory; no call may be under way, and none may follow. */
  async release(): Promise<void> {
    await Promise.all([this.session.release(), this.lanes.release()]);
  }
}

/** A model's function with its parameters inside, as the bytes of an ONNX model. */
export function exportFunction(
  specs: InputSpecs,
  parameters: Tensors,
  build: ModelFunction,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const inputs = inputsOf(specs);
  const used = new Map<string, Value>();
  const { scope } = tracingScope(
    false,
    ({ name, shape }) => {
      const value = used.get(name) ?? constant(parameters[name]!.data as Float32Array, shape);
      used.set(name, value);
      return value;
    },
    (name) => {
      throw new UserError(`${name}: a model that draws noise cannot be exported.`);
    },
  );
  return toModel({ inputs: Object.values(inputs), outputs: build(inputs, scope, used), metadata });
}

/** The parameters that a function asks for. @throws UserError when layers do not fit */
export function parametersOf(specs: InputSpecs, build: ModelFunction): ParameterSpec[] {
  const specOf = new Map<string, ParameterSpec>();
  const values = new Map<string, Value>();
  const { scope } = tracingScope(
    false,
    (spec) => {
      const known = specOf.get(spec.name) ?? spec;
      if (known.shape.join() !== spec.shape.join()) {
        throw new UserError(
          `${spec.name} is declared twice, with shapes [${known.shape.join(', ')}] and [${spec.shape.join(', ')}]. Give each parameter its own name.`,
        );
      }
      const value = values.get(spec.name) ?? input(spec.name, spec.shape);
      specOf.set(spec.name, known);
      values.set(spec.name, value);
      return value;
    },
    input,
  );
  build(inputsOf(specs), scope, values);
  return [...specOf.values()];
}
