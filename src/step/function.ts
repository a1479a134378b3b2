import type { Tensor } from 'onnxruntime-common';
import { openRowLanes } from '#runtime';
import { breathe } from '../base/breathe.js';
import { UserError } from '../base/errors.js';
import { randomStream } from '../base/random.js';
import {
  constant,
  input,
  open,
  optimizeProgram,
  type Program,
  toModel,
  type Value,
  type Values,
} from '../graph/index.js';
import type { Scope } from '../nn/index.js';
import { fromPlain, mapValues, rowsOf, toPlain } from '../runtime/plain-tensor.js';
import type { RowLanes } from '../runtime/rows/rows.js';
import type { Session, Tensors } from '../runtime/session.js';
import { callSize, laneCallSize } from './call-size.js';
import { type FunctionWork, workOf } from './fixing.js';
import { feedName } from './keys.js';
import type { ParameterSpec } from './model.js';
import { noiseTensor, sizesAt } from './noise.js';
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

/** Multiplications of all examples from which on lanes pay. */
const leastForLanes = 1e9;

const parameterInput = (name: string) => `parameter/${name}`;

/** The place of some examples among many whose results are put together. */
export interface Part {
  readonly whole: Whole;
  /** The place of the first of them. */
  readonly from: number;
}

/** A model's function, compiled: parameters are fed at each call, or are inside. */
export class CompiledFunction {
  private lanes: Promise<RowLanes | undefined> | undefined;

  private constructor(
    private readonly program: Program,
    private readonly session: Session,
    private readonly parameterNames: readonly string[],
    /** The noise that the function draws, in order. */
    readonly noises: readonly NoiseInput[],
    readonly work: FunctionWork,
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
    const program = optimizeProgram(
      { inputs: [...Object.values(inputs), ...fed, ...noises.map(({ value }) => value)], outputs },
      'cpu',
      fixed !== undefined,
    );
    const session = await open(program);
    const names = fixed ? [] : [...tensors.keys()];
    const work = workOf(Object.values(outputs), [...tensors.values()]);
    return new CompiledFunction(program, session, names, noises, work);
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
   * @param options.stream the noise's random numbers, for functions that draw some; batches count
   *   its steps
   * @param options.each changes a batch's outputs, so that the whole takes less memory
   * @param options.part where the examples are some of many
   * @returns tensors [N, ...], float32 or int64, of all of the examples; empty ones for N = 0, which nothing
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
    } = {},
  ): Promise<Record<string, Tensor>> {
    const count = Object.values(inputs)[0]!.dims[0]!;
    const { each = (outputs) => outputs, part = { whole: new Whole(count), from: 0 } } = options;
    const { whole, from } = part;
    const lanes = options.each ? undefined : await this.lanesFor(whole.count);
    if (lanes && count > 0) {
      await this.mapInLanes(lanes, parameters, inputs, most, options.signal, { whole, from });
      return whole.tensors;
    }
    const batchSize = callSize(Object.values(this.program.outputs), most, this.noises.length > 0);
    if (count === 0) whole.put(each(this.placesIn(new Whole(0), 0, 0)), from);
    for (let start = 0; start < count; start += batchSize) {
      options.signal?.throwIfAborted();
      const end = Math.min(start + batchSize, count);
      const batch = mapValues(inputs, (tensor) => rows(tensor, start, end));
      const noise = this.drawn(end - start, start / batchSize, options.stream);
      // Spares a copy, and garbage of the size of the outputs.
      const into = options.each ? {} : this.placesIn(whole, from + start, end - start);
      whole.put(each(await this.run(parameters, batch, noise, into)), from + start);
      if (end < count) await breathe();
    }
    return whole.tensors;
  }

  private async mapInLanes(
    lanes: RowLanes,
    parameters: Tensors,
    inputs: Tensors,
    most: number,
    signal: AbortSignal | undefined,
    { whole, from }: Part,
  ): Promise<void> {
    const plain = (tensors: Tensors) => mapValues(tensors, toPlain);
    const [{ dims }] = Object.values(inputs) as [Tensor];
    await lanes.run({
      rows: plain(inputs),
      shared: plain(this.fed(parameters)),
      into: plain(this.placesIn(whole, from, dims[0]!)),
      size: Math.min(most, laneCallSize(Object.values(this.program.outputs))),
      signal,
    });
  }

  /** Lanes for so many examples in all; undefined where one session computes them. */
  private async lanesFor(examples: number): Promise<RowLanes | undefined> {
    if (this.noises.length > 0 || examples * this.work.multiplications < leastForLanes)
      return undefined;
    this.lanes ??= openRowLanes(toModel(this.program));
    return this.lanes;
  }

  /** The places in a whole of the outputs of some examples. */
  private placesIn(whole: Whole, start: number, count: number): Record<string, Tensor> {
    const places = Object.entries(this.program.outputs).map(([name, { dtype, shape }]) => {
      const place = whole.rows(name, dtype, sizesAt(shape, count), start);
      return place.type === dtype ? [[name, place] as const] : [];
    });
    return Object.fromEntries(places.flat());
  }

  /** The noise of a batch. */
  private drawn(batchSize: number, batch: number, stream: NoiseStream | undefined): Tensor[] {
    return this.noises.map(({ name, kind, shape }) => {
      if (!stream) throw new UserError(`${name} draws noise where none can be drawn.`);
      const drawn = randomStream(stream.seed, `${stream.name}/${name}`, stream.step + batch);
      return noiseTensor(kind, drawn, sizesAt(shape, batchSize));
    });
  }

  /** Frees the runtime's memory; no call may be under way, and none may follow. */
  async release(): Promise<void> {
    const lanes = await this.lanes?.catch(() => undefined);
    await Promise.all([this.session.release(), lanes?.release()]);
  }
}

/** The random numbers that a function's noise is made of. */
export interface NoiseStream {
  readonly seed: number;
  readonly name: string;
  /** Step of the first batch; each next one adds 1. */
  readonly step: number;
}

/** The examples from `start` to `end` of a tensor [N, ...], as a view. */
function rows(tensor: Tensor, start: number, end: number): Tensor {
  return fromPlain(rowsOf(toPlain(tensor), start, end));
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
