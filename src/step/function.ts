import type { Tensor } from 'onnxruntime-common';
import { breathe } from '../base/breathe.js';
import { UserError } from '../base/errors.js';
import { randomStream } from '../base/random.js';
import {
  constant,
  input,
  open,
  optimizeProgram,
  toModel,
  type Value,
  type Values,
} from '../graph/index.js';
import type { Scope } from '../nn/index.js';
import { fromPlain, mapValues, rowsOf, toPlain } from '../runtime/plain-tensor.js';
import type { Session } from '../runtime/session.js';
import { callSize } from './call-size.js';
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
    private readonly session: Session,
    private readonly parameterNames: readonly string[],
    private readonly outputs: Values,
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
    fixed?: Readonly<Record<string, Tensor>>,
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
    return new CompiledFunction(session, names, program.outputs, noises, work);
  }

  /**
   * One call.
   * @param noise for functions that draw some, in the order of `noises`
   * @param into tensors in whose memory outputs are put, where the runtime can do so
   */
  run(
    parameters: Readonly<Record<string, Tensor>>,
    inputs: Readonly<Record<string, Tensor>>,
    noise: readonly Tensor[] = [],
    into: Readonly<Record<string, Tensor>> = {},
  ): Promise<Record<string, Tensor>> {
    const feeds = { ...inputs };
    for (const name of this.parameterNames) feeds[parameterInput(name)] = parameters[name]!;
    this.noises.forEach(({ name }, i) => {
      feeds[feedName.noise(name)] = noise[i]!;
    });
    return this.session.run(feeds, into);
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
    parameters: Readonly<Record<string, Tensor>>,
    inputs: Readonly<Record<string, Tensor>>,
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
    const batchSize = callSize(Object.values(this.outputs), most, this.noises.length > 0);
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

  /** The places in a whole of the outputs of some examples. */
  private placesIn(whole: Whole, start: number, count: number): Record<string, Tensor> {
    const places = Object.entries(this.outputs).map(([name, { dtype, shape }]) => {
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
  release(): Promise<void> {
    return this.session.release();
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
  parameters: Readonly<Record<string, Tensor>>,
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
