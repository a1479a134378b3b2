import onnxProto, { type onnx } from 'onnx-proto';
import { UserError } from '../data/errors.js';
import { operationsOf } from './gradient.js';
import { dtypeCodes } from './operators/index.js';
import { currentOrigin, type Origin, within } from './origin.js';
import { inputName, type LoopProgram, type Program } from './program.js';
import {
  type Attribute,
  constant,
  type DType,
  type Numbers,
  type Operation,
  parseDimension,
  type Shape,
  staticShape,
  type Value,
} from './value.js';

const irVersion = 9;
const opset = 18;

const { AttributeProto, ModelProto } = onnxProto.onnx;
const { AttributeType } = AttributeProto;

function attribute(name: string, value: Attribute | onnx.IGraphProto): onnx.IAttributeProto {
  if (typeof value === 'number') return { name, i: value, type: AttributeType.INT };
  if (typeof value === 'string') {
    return { name, s: new TextEncoder().encode(value), type: AttributeType.STRING };
  }
  if (Array.isArray(value)) return { name, ints: [...value], type: AttributeType.INTS };
  if ('float' in value) return { name, f: value.float, type: AttributeType.FLOAT };
  return { name, g: value as onnx.IGraphProto, type: AttributeType.GRAPH };
}

function valueInfo(name: string, dtype: DType, shape: Shape): onnx.IValueInfoProto {
  const dim = shape.map((dimension) =>
    typeof dimension === 'string' ? { dimParam: dimension } : { dimValue: dimension },
  );
  return { name, type: { tensorType: { elemType: dtypeCodes[dtype], shape: { dim } } } };
}

function bytesOf(numbers: Numbers): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/**
 * `forward/encoder.0/Gemm_v7`: what profiles know a node by.
 * @param output the name of its first output, which makes it the only one of its name
 */
function nodeName({ phase, part }: Origin, type: string, output: string): string {
  return `${phase}/${part}/${type}_${output}`;
}

/** Constants above this many bytes are told apart by identity, not by content. */
const comparedBytes = 1024;

/** Gives out names, other than those of the model's inputs and outputs. */
class Names {
  private next = 0;

  /** @throws UserError when two of the names are the same */
  constructor(private readonly given: readonly string[]) {
    const twice = given.find((name, place) => given.indexOf(name) !== place);
    if (twice !== undefined) {
      throw new UserError(
        `The program has two inputs or outputs named ${twice}. Give each a name of its own.`,
      );
    }
  }

  fresh(): string {
    for (;;) {
      const name = `v${this.next++}`;
      if (!this.given.includes(name)) return name;
    }
  }
}

/** The value that is computed: a derivative given by hand leaves no trace in the model. */
function computed(value: Value): Value {
  const { type, inputs } = value.operation;
  return type === 'Identity' ? computed(inputs[0]!) : value;
}

/** What an operation needs when it runs. */
function computedInputs(operation: Operation): (Value | undefined)[] {
  return operation.inputs.map((value) => value && computed(value));
}

/** The graph being written: a main graph, or a loop's body inside of one. */
class GraphWriter {
  readonly nodes: onnx.INodeProto[] = [];
  readonly initializers: onnx.ITensorProto[] = [];
  readonly produced = new Set<string>();
  /** What each node and constant holds, so that an equal one is not written again. */
  private readonly written = new Map<string | Numbers, readonly string[]>();

  constructor(
    private readonly names: Names,
    readonly outer?: GraphWriter,
  ) {}

  fresh(): string {
    return this.names.fresh();
  }

  /**
   * Writes a node, unless an equal one is there; returns the names of its outputs.
   * @param wanted the name to give to its first output if it is written
   */
  node(
    type: string,
    inputs: readonly string[],
    attributes: Operation['attributes'],
    outputs = 1,
    wanted?: string,
  ): readonly string[] {
    const key = JSON.stringify([type, inputs, attributes, outputs]);
    const twin = this.lookUp(key);
    if (twin) return twin;
    const names = Array.from({ length: outputs }, (_, index) =>
      index === 0 && wanted !== undefined ? wanted : this.fresh(),
    );
    this.write(type, inputs, attributes, names);
    this.written.set(key, names);
    return names;
  }

  /** Writes a node that gives a value one more name. */
  copy(source: string, name: string): string {
    this.write('Identity', [source], {}, [name]);
    return name;
  }

  private write(
    type: string,
    inputs: readonly string[],
    attributes: Operation['attributes'],
    names: readonly string[],
  ): void {
    this.nodes.push({
      opType: type,
      name: nodeName(currentOrigin(), type, names[0]!),
      input: [...inputs],
      output: [...names],
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    });
    for (const name of names) this.produced.add(name);
  }

  /** Writes a constant, unless an equal one is there; a large one into the main graph. */
  constant(dtype: DType, shape: Shape, numbers: Numbers): string {
    const small = numbers.byteLength <= comparedBytes;
    if (!small && this.outer) return this.outer.constant(dtype, shape, numbers);
    const key = small ? `${dtype}[${shape.join()}]=${bytesOf(numbers).join()}` : numbers;
    const twin = this.written.get(key);
    if (twin) return twin[0]!;
    const name = this.fresh();
    this.initializers.push({
      name,
      dims: staticShape(shape, 'A constant'),
      dataType: dtypeCodes[dtype],
      rawData: bytesOf(numbers),
    });
    this.written.set(key, [name]);
    return name;
  }

  private lookUp(key: string): readonly string[] | undefined {
    return this.written.get(key) ?? this.outer?.lookUp(key);
  }
}

/** Writes the operations of a program into one graph, or into a loop's body and the graph around. */
class Emitter {
  readonly main: GraphWriter;
  readonly body: GraphWriter | undefined;
  private readonly emitted = new Map<Operation, { names: readonly string[]; graph: GraphWriter }>();
  private readonly sizes = new Map<string, () => string>();

  /** @param given the names of the model's inputs and outputs */
  constructor(given: readonly string[], loop: boolean) {
    const names = new Names(given);
    this.main = new GraphWriter(names);
    this.body = loop ? new GraphWriter(names, this.main) : undefined;
  }

  /**
   * Declares an input under its model's name.
   * @param inBody the input changes from iteration to iteration
   * @param axisOffset how many axes the fed tensor has before those of the value
   */
  declare(value: Value, name: string, inBody: boolean, source?: string, axisOffset = 0): void {
    const graph = inBody ? this.body! : this.main;
    this.emitted.set(value.operation, { names: [name], graph });
    value.shape.forEach((dimension, axis) => {
      if (typeof dimension === 'number' || this.sizes.has(dimension)) return;
      this.sizes.set(dimension, () => {
        const [shape] = this.main.node('Shape', [source ?? name], {});
        const at = this.main.constant('int64', [], BigInt64Array.of(BigInt(axis + axisOffset)));
        return this.main.node('Gather', [shape!, at], { axis: 0 })[0]!;
      });
    });
  }

  /** Writes all that the values need. @param wanted names to give to certain outputs */
  emit(values: readonly Value[], wanted: ReadonlyMap<Operation, string> = new Map()): void {
    const operations = operationsOf(values.map(computed), computedInputs);
    const used = new Map<Operation, number>();
    for (const value of [...values.map(computed), ...operations.flatMap(computedInputs)]) {
      if (!value) continue;
      const { operation, index } = value;
      used.set(operation, Math.max(used.get(operation) ?? operation.required ?? 1, index + 1));
    }
    for (const operation of operations) {
      if (this.emitted.has(operation)) continue;
      within(operation.origin ?? {}, () =>
        this.operation(operation, used.get(operation)!, wanted.get(operation)),
      );
    }
  }

  private operation(operation: Operation, count: number, wanted: string | undefined): void {
    const { type, inputs, attributes, outputs } = operation;
    if (type === 'Input') {
      throw new UserError(
        `The program uses the input ${String(attributes.name)}, which is not among its inputs. List it there.`,
      );
    }
    if (type === 'Constant') {
      this.emitted.set(operation, { names: [], graph: this.main });
      return;
    }
    if (type === 'Size') {
      const name = this.sizeOf(attributes.dimension as string, outputs[0]!.dtype);
      this.emitted.set(operation, { names: [name], graph: this.main });
      return;
    }
    const inBody = computedInputs(operation).some(
      (value) => value && this.graphOf(value) === this.body,
    );
    const graph = inBody && this.body ? this.body : this.main;
    const names = graph.node(
      type,
      inputs.map((value) => (value ? this.nameOf(value, graph) : '')),
      attributes,
      count,
      wanted,
    );
    this.emitted.set(operation, { names, graph });
  }

  private sizeOf(dimension: string, dtype: DType): string {
    const source = this.sizes.get(dimension);
    if (source) {
      return dtype === 'int64'
        ? source()
        : this.main.node('Cast', [source()], { to: dtypeCodes[dtype] })[0]!;
    }
    const { factor, symbols } = parseDimension(dimension);
    if (symbols.length === 1 && factor === 1) {
      throw new UserError(
        `No input of the program has the dimension ${dimension}. Give it to one.`,
      );
    }
    const scale = this.nameOf(constant(factor, [], dtype), this.main);
    return symbols.reduce(
      (product, symbol) => this.main.node('Mul', [product, this.sizeOf(symbol, dtype)], {})[0]!,
      scale,
    );
  }

  private graphOf(value: Value): GraphWriter | undefined {
    return this.emitted.get(value.operation)?.graph;
  }

  /** The name of a value inside a graph; constants are written into each graph that uses them. */
  nameOf(value: Value, graph: GraphWriter): string {
    const { operation, index } = computed(value);
    if (operation.type === 'Constant') {
      return graph.constant(value.dtype, value.shape, operation.numbers!);
    }
    return this.emitted.get(operation)!.names[index]!;
  }

  /** The name of an output of a graph: made in it, and nothing else's. */
  outputName(value: Value, graph: GraphWriter, name: string, taken: Set<string>): string {
    const source = this.nameOf(value, graph);
    if (
      graph.produced.has(source) &&
      !taken.has(source) &&
      (graph === this.body || source === name)
    ) {
      taken.add(source);
      return source;
    }
    const copy = graph.copy(source, graph === this.body ? graph.fresh() : name);
    taken.add(copy);
    return copy;
  }
}

function encode(graph: onnx.IGraphProto, metadata: Program['metadata'] = {}): Uint8Array {
  return ModelProto.encode({
    irVersion,
    opsetImport: [{ domain: '', version: opset }],
    producerName: 'vaekit',
    graph,
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  }).finish();
}

/**
 * A program as the bytes of an ONNX model (IR version 9, operator set 18).
 * @throws UserError when a value depends on an input that is not listed, or a name stands twice
 */
export function toModel(program: Program): Uint8Array {
  const given = [...program.inputs.map(inputName), ...Object.keys(program.outputs)];
  const emitter = new Emitter(given, false);
  for (const value of program.inputs) emitter.declare(value, inputName(value), false);
  const outputs = Object.entries(program.outputs);
  const wanted = new Map(
    outputs
      .filter(([, value]) => computed(value).index === 0)
      .map(([name, value]) => [computed(value).operation, name]),
  );
  emitter.emit(
    outputs.map(([, value]) => value),
    wanted,
  );
  const { main } = emitter;
  const taken = new Set<string>();
  return encode(
    {
      name: 'program',
      output: outputs.map(([name, value]) =>
        valueInfo(emitter.outputName(value, main, name, taken), value.dtype, value.shape),
      ),
      input: program.inputs.map((value) => valueInfo(inputName(value), value.dtype, value.shape)),
      node: main.nodes,
      initializer: main.initializers,
    },
    program.metadata,
  );
}

/** The symbol of the loop's number of iterations. */
const iterations = 'iterations';

/**
 * A repeated step as the bytes of an ONNX model with one `Loop`. What does not change from
 * iteration to iteration is computed once, before it.
 * @throws UserError when a value depends on an input that is not listed, or a name stands twice
 */
export function toLoopModel(program: LoopProgram): Uint8Array {
  const carriedNames = program.carried.map(({ current }) => inputName(current));
  const finals = carriedNames.map((name) => `${name}.next`);
  const given = [
    iterations,
    ...carriedNames,
    ...finals,
    ...[...program.steps, ...program.invariant].map(inputName),
    ...Object.keys(program.outputs),
  ];
  const emitter = new Emitter(given, true);
  const { main } = emitter;
  const body = emitter.body!;
  const [iteration, condition] = [body.fresh(), body.fresh()];
  const outputs = Object.entries(program.outputs);
  const results = [
    ...program.carried.map(({ next }) => next),
    ...outputs.map(([, value]) => value),
  ];
  const used = new Set(operationsOf(results.map(computed), computedInputs));
  for (const value of program.invariant) emitter.declare(value, inputName(value), false);
  for (const value of program.steps) {
    const source = inputName(value);
    const entry = used.has(value.operation)
      ? body.node('Gather', [source, iteration], { axis: 0 })[0]!
      : source;
    emitter.declare(value, entry, true, source, 1);
  }
  const carried = program.carried.map(({ current }) => {
    const name = body.fresh();
    emitter.declare(current, name, true, inputName(current));
    return { name, current };
  });
  emitter.emit(results);
  const goOn = body.copy(condition, body.fresh());
  const taken = new Set([goOn]);
  const bodyGraph: onnx.IGraphProto = {
    name: 'step',
    output: [
      valueInfo(goOn, 'bool', []),
      ...results.map((value) =>
        valueInfo(emitter.outputName(value, body, '', taken), value.dtype, value.shape),
      ),
    ],
    input: [
      valueInfo(iteration, 'int64', []),
      valueInfo(condition, 'bool', []),
      ...carried.map(({ name, current }) => valueInfo(name, current.dtype, current.shape)),
    ],
    node: body.nodes,
    initializer: body.initializers,
  };
  main.nodes.push({
    opType: 'Loop',
    name: 'steps',
    input: [iterations, '', ...carriedNames],
    output: [...finals, ...outputs.map(([name]) => name)],
    attribute: [attribute('body', bodyGraph)],
  });
  return encode({
    name: 'loop',
    node: main.nodes,
    initializer: main.initializers,
    input: [
      valueInfo(iterations, 'int64', []),
      ...carried.map(({ current }) => valueInfo(inputName(current), current.dtype, current.shape)),
      ...program.steps.map((value) =>
        valueInfo(inputName(value), value.dtype, [iterations, ...value.shape]),
      ),
      ...program.invariant.map((value) => valueInfo(inputName(value), value.dtype, value.shape)),
    ],
    output: [
      ...carried.map(({ current }, i) => valueInfo(finals[i]!, current.dtype, current.shape)),
      ...outputs.map(([name, value]) => valueInfo(name, value.dtype, [iterations, ...value.shape])),
    ],
  });
}
