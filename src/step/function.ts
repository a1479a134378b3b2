import { Tensor } from 'onnxruntime-common';
import { breathe } from '../base/breathe.js';
import { UserError } from '../base/errors.js';
import { randomStream } from '../base/random.js';
import { elementCount } from '../base/shape.js';
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
import { fromPlain, rowsOf, toPlain } from '../runtime/plain-tensor.js';
import type { Session } from '../runtime/session.js';
import { callSize } from './call-size.js';
import { feedName } from './keys.js';
import type { ParameterSpec } from './model.js';
import { noiseTensor, sizesAt } from './noise.js';
import { type NoiseInput, tracingScope } from './tracing.js';

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
  /** Whether it has no batch axis: one value for all examples. */
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

/** A model's function, compiled, with parameters fed at each call. */
export class CompiledFunction {
  private constructor(
    private readonly session: Session,
    private readonly parameterNames: readonly string[],
    private readonly outputs: Values,
    /** The noise that the function draws, in order. */
    readonly noises: readonly NoiseInput[],
  ) {}

  /** @throws UserError when layers do not fit */
  static async compile(
    specs: InputSpecs,
    build: ModelFunction,
    threads?: number,
  ): Promise<CompiledFunction> {
    const inputs = inputsOf(specs);
    const tensors = new Map<string, Value>();
    const parameters = new Map<string, Value>();
    const { scope, noises } = tracingScope(
      false,
      ({ name, shape, trained }) => {
        const value = tensors.get(name) ?? input(parameterInput(name), shape);
        tensors.set(name, value);
        if (trained) parameters.set(name, value);
        return value;
      },
      (name, shape, dtype) => input(feedName.noise(name), shape, dtype),
    );
    const outputs = build(inputs, scope, parameters);
    const program = optimizeProgram({
      inputs: [...Object.values(inputs), ...tensors.values(), ...noises.map(({ value }) => value)],
      outputs,
    });
    const session = await open(program, threads === undefined ? {} : { threads });
    return new CompiledFunction(session, [...tensors.keys()], program.outputs, noises);
  }

  /** One call. @param noise for functions that draw some, in the order of `noises` */
  run(
    parameters: Readonly<Record<string, Tensor>>,
    inputs: Readonly<Record<string, Tensor>>,
    noise: readonly Tensor[] = [],
  ): Promise<Record<string, Tensor>> {
    const feeds = { ...inputs };
    for (const name of this.parameterNames) feeds[parameterInput(name)] = parameters[name]!;
    this.noises.forEach(({ name }, i) => {
      feeds[feedName.noise(name)] = noise[i]!;
    });
    return this.session.run(feeds);
  }

  /**
   * The function of any number of examples, in batches: of fewer than asked for where examples are so
   * large that a call would take much memory.
   * @param inputs tensors [N, ...] of one N
   * @param options.stream the noise's random numbers, for functions that draw some; batches count
   *   its steps
   * @param options.each changes a batch's outputs, so that the whole takes less memory
   * @returns tensors [N, ...], float32 or int64; empty ones for N = 0, which nothing is computed for
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
    } = {},
  ): Promise<Record<string, Tensor>> {
    const { each = (outputs) => outputs } = options;
    const count = Object.values(inputs)[0]!.dims[0]!;
    const batchSize = callSize(Object.values(this.outputs), most, this.noises.length > 0);
    const whole: Record<string, Tensor> = count === 0 ? each(this.empty()) : {};
    for (let start = 0; start < count; start += batchSize) {
      options.signal?.throwIfAborted();
      const end = Math.min(start + batchSize, count);
      const batch = Object.entries(inputs).map(([name, tensor]) => [
        name,
        rows(tensor, start, end),
      ]);
      const noise = this.drawn(end - start, start / batchSize, options.stream);
      const results = each(await this.run(parameters, Object.fromEntries(batch), noise));
      for (const [name, tensor] of Object.entries(results)) {
        const width = elementCount(tensor.dims.slice(1));
        const dims = [count, ...tensor.dims.slice(1)];
        whole[name] ??= zeros(name, tensor.type, dims);
        (whole[name].data as Float32Array).set(tensor.data as Float32Array, start * width);
      }
      if (end < count) await breathe();
    }
    return whole;
  }

  /** The function of no examples. */
  private empty(): Record<string, Tensor> {
    return Object.fromEntries(
      Object.entries(this.outputs).map(([name, { dtype, shape }]) => [
        name,
        zeros(name, dtype, sizesAt(shape, 0)),
      ]),
    );
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

/** A tensor for an output, int64 or float32. @throws UserError when it is too large */
function zeros(name: string, type: Tensor.Type, dims: readonly number[]): Tensor {
  const count = elementCount(dims);
  try {
    return type === 'int64'
      ? new Tensor('int64', new BigInt64Array(count), dims)
      : new Tensor('float32', new Float32Array(count), dims);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `${name}: [${dims.join(', ')}] is too large for one tensor. Take fewer examples at a time.`,
      { cause: error },
    );
  }
}

/** The random numbers that a function's noise is made of. */
export interface NoiseStream {
  readonly seed: number;
  readonly name: string;
  /** Of the first batch; each next one adds 1. */
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
