import onnxProto, { type onnx } from '#onnx-proto';
import { UserError } from '../data/errors.js';
import { afterwards } from './afterwards.js';
import { operationsOf } from './gradient.js';
import { dtypeCodes, full } from './operators/index.js';
import { currentOrigin, type Origin, within } from './origin.js';
import { inputName, type LoopProgram, nextName, type Parts, type Program } from './program.js';
import {
  type Attribute,
  computed,
  computedInputs,
  constant,
  type DType,
  isFloat,
  type Numbers,
  type Operation,
  parseDimension,
  type Shape,
  staticShape,
  type Value,
  type ValueType,
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

/** A graph being written: the main one, or a loop's body inside of another. */
class GraphWriter {
  readonly depth: number;
  readonly nodes: onnx.INodeProto[] = [];
  readonly initializers: onnx.ITensorProto[] = [];
  readonly produced = new Set<string>();
  /** What each node and constant holds, so that an equal one is not written again. */
  private readonly written = new Map<string | Numbers, readonly string[]>();

  constructor(
    private readonly names: Names,
    readonly outer?: GraphWriter,
  ) {
    this.depth = outer ? outer.depth + 1 : 0;
  }

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

/** Where the size of a dimension is read: an axis of a tensor in a graph. */
interface SizeSource {
  readonly graph: GraphWriter;
  readonly tensor: string;
  readonly axis: number;
}

/**
 * Writes the operations of a program into one graph, or into loops' bodies and the graphs around:
 * each into the outermost that has all it needs, so that nothing is computed more often than it
 * changes.
 */
class Emitter {
  readonly main: GraphWriter;
  private readonly names: Names;
  private readonly emitted = new Map<Operation, { names: readonly string[]; graph: GraphWriter }>();
  private readonly sizes = new Map<string, SizeSource>();

  /** @param given the names of the model's inputs and outputs */
  constructor(given: readonly string[]) {
    this.names = new Names(given);
    this.main = new GraphWriter(this.names);
  }

  /** The body of a loop in a graph. */
  inside(outer: GraphWriter): GraphWriter {
    return new GraphWriter(this.names, outer);
  }

  /** Declares a value that has a name in a graph: it is an input, or a loop put it out. */
  declare(value: Value, name: string, graph: GraphWriter): void {
    this.emitted.set(value.operation, { names: [name], graph });
  }

  /** Has the sizes of the dimensions that are not known yet read from a tensor's last axes. */
  declareSizes({ shape }: Value, tensor: string, graph: GraphWriter, leadingAxes = 0): void {
    shape.forEach((dimension, axis) => {
      if (typeof dimension === 'number' || this.sizes.has(dimension)) return;
      this.sizes.set(dimension, { graph, tensor, axis: axis + leadingAxes });
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
      const { name, graph } = this.sizeOf(attributes.dimension as string, outputs[0]!.dtype);
      this.emitted.set(operation, { names: [name], graph });
      return;
    }
    const graph = this.innermost(
      computedInputs(operation).map((value) => value && this.graphOf(value)),
    );
    const names = graph.node(
      type,
      inputs.map((value) => (value ? this.nameOf(value, graph) : '')),
      attributes,
      count,
      wanted,
    );
    this.emitted.set(operation, { names, graph });
  }

  private innermost(graphs: readonly (GraphWriter | undefined)[]): GraphWriter {
    return graphs.reduce<GraphWriter>(
      (deepest, graph) => (graph && graph.depth > deepest.depth ? graph : deepest),
      this.main,
    );
  }

  /** The size of a dimension as a scalar, and the graph that it has a name in. */
  sizeOf(dimension: string, dtype: DType): { name: string; graph: GraphWriter } {
    const source = this.sizes.get(dimension);
    if (source) {
      const { graph, tensor, axis } = source;
      const [shape] = graph.node('Shape', [tensor], {});
      const at = graph.constant('int64', [], BigInt64Array.of(BigInt(axis)));
      const [size] = graph.node('Gather', [shape!, at], { axis: 0 });
      const name =
        dtype === 'int64' ? size! : graph.node('Cast', [size!], { to: dtypeCodes[dtype] })[0]!;
      return { name, graph };
    }
    const { factor, symbols } = parseDimension(dimension);
    if (symbols.length === 1 && factor === 1) {
      throw new UserError(
        `No input of the program has the dimension ${dimension}. Give it to one.`,
      );
    }
    const sizes = symbols.map((symbol) => this.sizeOf(symbol, dtype));
    const graph = this.innermost(sizes.map((size) => size.graph));
    const name = sizes.reduce(
      (product, size) => graph.node('Mul', [product, size.name], {})[0]!,
      this.nameOf(constant(factor, [], dtype), graph),
    );
    return { name, graph };
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

  /**
   * The name of an output of a graph: made in it, and nothing else's.
   * @param wanted the name that it must have
   */
  outputName(value: Value, graph: GraphWriter, taken: Set<string>, wanted?: string): string {
    const source = this.nameOf(value, graph);
    const own = graph.produced.has(source) && !taken.has(source);
    const name =
      own && (wanted === undefined || source === wanted)
        ? source
        : graph.copy(source, wanted ?? graph.fresh());
    taken.add(name);
    return name;
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
  const emitter = new Emitter(given);
  const { main } = emitter;
  for (const value of program.inputs) declareInput(emitter, value);
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
  const taken = new Set<string>();
  return encode(
    {
      name: 'program',
      output: outputs.map(([name, value]) =>
        valueInfo(emitter.outputName(value, main, taken, name), value.dtype, value.shape),
      ),
      input: program.inputs.map((value) => valueInfo(inputName(value), value.dtype, value.shape)),
      node: main.nodes,
      initializer: main.initializers,
    },
    program.metadata,
  );
}

/** Declares an input of the model under its name. */
function declareInput(emitter: Emitter, value: Value): void {
  emitter.declare(value, inputName(value), emitter.main);
  emitter.declareSizes(value, inputName(value), emitter.main);
}

/** A value that a loop carries, by the names of what it is at the start and the end of an iteration. */
interface Carried extends ValueType {
  readonly initial: string;
  readonly current: string;
  readonly next: string;
  readonly final: string;
}

/** A value that a loop puts out in each iteration. */
interface Scanned extends ValueType {
  readonly value: string;
  readonly all: string;
}

/** What a loop's body takes and puts out, and what its node does. */
interface LoopNode {
  readonly takes: readonly onnx.IValueInfoProto[];
  readonly puts: readonly onnx.IValueInfoProto[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: readonly onnx.IAttributeProto[];
}

/** Writes a node around a body that is complete but for its inputs and outputs. */
function writeAround(body: GraphWriter, type: 'Loop' | 'Scan', name: string, node: LoopNode): void {
  const { takes, puts, inputs, outputs, attributes = [] } = node;
  const graph: onnx.IGraphProto = {
    name,
    input: [...takes],
    output: [...puts],
    node: body.nodes,
    initializer: body.initializers,
  };
  body.outer!.nodes.push({
    opType: type,
    name,
    input: [...inputs],
    output: [...outputs],
    attribute: [attribute('body', graph), ...attributes],
  });
}

const currents = (carried: readonly Carried[]) =>
  carried.map(({ current, dtype, shape }) => valueInfo(current, dtype, shape));
const nexts = (carried: readonly Carried[]) =>
  carried.map(({ next, dtype, shape }) => valueInfo(next, dtype, shape));

/** Writes a loop that counts its iterations. */
function writeLoop(
  name: string,
  body: GraphWriter,
  count: string,
  iteration: string,
  carried: readonly Carried[],
): void {
  const condition = body.fresh();
  const goOn = body.copy(condition, body.fresh());
  writeAround(body, 'Loop', name, {
    takes: [
      valueInfo(iteration, 'int64', []),
      valueInfo(condition, 'bool', []),
      ...currents(carried),
    ],
    puts: [valueInfo(goOn, 'bool', []), ...nexts(carried)],
    inputs: [count, '', ...carried.map(({ initial }) => initial)],
    outputs: carried.map(({ final }) => final),
  });
}

/** A value of which each iteration of a scan sees its own entry. */
interface Entry extends ValueType {
  readonly all: string;
  readonly entry: string;
}

/** Writes a loop that goes through entries of values, which it reads where they lie. */
function writeScan(
  name: string,
  body: GraphWriter,
  carried: readonly Carried[],
  entries: readonly Entry[],
  scanned: readonly Scanned[],
): void {
  writeAround(body, 'Scan', name, {
    takes: [
      ...currents(carried),
      ...entries.map(({ entry, dtype, shape }) => valueInfo(entry, dtype, shape)),
    ],
    puts: [
      ...nexts(carried),
      ...scanned.map(({ value, dtype, shape }) => valueInfo(value, dtype, shape)),
    ],
    inputs: [...carried.map(({ initial }) => initial), ...entries.map(({ all }) => all)],
    outputs: [...carried.map(({ final }) => final), ...scanned.map(({ all }) => all)],
    attributes: [attribute('num_scan_inputs', entries.length)],
  });
}

/** Cuts the examples of a step into parts, and sums up what each part computes. */
class PartsWriter {
  private readonly graph: GraphWriter;
  private readonly index: string;
  /** How many examples the step has. */
  private readonly examples: string;
  private readonly range: readonly [start: string, end: string];

  /** @param source a fed tensor [iterations, examples, ...] */
  constructor(
    private readonly emitter: Emitter,
    private readonly body: GraphWriter,
    private readonly parts: Parts,
    source: string,
  ) {
    this.graph = emitter.inside(body);
    this.index = this.graph.fresh();
    const { main } = emitter;
    this.examples = main.node('Gather', [main.node('Shape', [source], {})[0]!, integer(main, 1)], {
      axis: 0,
    })[0]!;
    const first = this.graph.node('Mul', [this.index, integer(main, parts.size)], {})[0]!;
    const start = this.graph.node('Unsqueeze', [first, integers(main, 0)], {})[0]!;
    const end = this.graph.node('Add', [start, integers(main, parts.size)], {})[0]!;
    this.range = [start, end];
  }

  /** Declares a part of the step's examples. @param whole all of them, in the step's body */
  cut(value: Value, whole: string): void {
    const [start, end] = this.range;
    const axis = integers(this.emitter.main, 0);
    const part = this.graph.node('Slice', [whole, start, end, axis], {})[0]!;
    this.emitter.declare(value, part, this.graph);
    this.emitter.declareSizes(value, part, this.graph);
  }

  /** Writes the loop over the parts, and declares the sums in the step's body. */
  write(): void {
    const { emitter, body, graph, parts, examples } = this;
    const { main } = emitter;
    const float = { to: dtypeCodes.float32 };
    const whole = main.node('Reciprocal', [main.node('Cast', [examples], float)[0]!], {})[0]!;
    const own = emitter.sizeOf(parts.dimension, 'float32').name;
    emitter.declare(parts.share, graph.node('Mul', [own, whole], {})[0]!, graph);
    const zeros = parts.sums.map(({ total }) => full(0, total.shape, total.dtype));
    emitter.emit([...zeros, ...parts.sums.map(({ term }) => term)]);
    const carried = parts.sums.map(({ term, total: { dtype, shape } }, i): Carried => {
      const current = graph.fresh();
      const next = graph.node('Add', [current, emitter.nameOf(term, graph)], {})[0]!;
      const initial = emitter.nameOf(zeros[i]!, body);
      return { dtype, shape, initial, current, next, final: body.fresh() };
    });
    const least = main.node('Add', [examples, integer(main, parts.size - 1)], {})[0]!;
    const count = main.node('Div', [least, integer(main, parts.size)], {})[0]!;
    writeLoop('parts', graph, count, this.index, carried);
    parts.sums.forEach(({ total }, i) => {
      emitter.declare(total, carried[i]!.final, body);
    });
  }
}

const integer = (graph: GraphWriter, number: number) =>
  graph.constant('int64', [], BigInt64Array.of(BigInt(number)));
const integers = (graph: GraphWriter, number: number) =>
  graph.constant('int64', [1], BigInt64Array.of(BigInt(number)));

/**
 * Whether the last bits of what is made of a tensor, or of its own, depend on where in memory it
 * begins, as the runtime's sums and functions of floats do. An entry of a longer tensor begins
 * anywhere, so such a tensor is copied.
 */
export function dependsOnPlace({ dtype, shape }: ValueType): boolean {
  return isFloat(dtype) && shape.length > 0;
}

/** The symbol of the loop's number of iterations. */
const iterations = 'iterations';

/**
 * A repeated step as the bytes of an ONNX model with one `Scan`, which reads what is fed by step where
 * it lies, with a `Loop` inside where the step goes through its examples part by part. What does not
 * change from iteration to iteration is computed once, before it.
 * @throws UserError when a value depends on an input that is not listed, or a name stands twice
 */
export function toLoopModel(program: LoopProgram): Uint8Array {
  const outputs = Object.entries(program.outputs);
  const given = [
    iterations,
    ...program.carried.flatMap((each) => [inputName(each.current), nextName(each)]),
    ...[...program.steps, ...program.invariant].map(inputName),
    ...Object.keys(program.outputs),
  ];
  const emitter = new Emitter(given);
  const { main } = emitter;
  const body = emitter.inside(main);
  const place = body.fresh();
  const indices = main.node('Range', [integer(main, 0), iterations, integer(main, 1)], {})[0]!;
  const entries: Entry[] = [{ dtype: 'int64', shape: [], all: indices, entry: place }];
  /** The name of an iteration's own entry of a value. */
  const entryOf = (value: Value, source: string): string => {
    if (dependsOnPlace(value)) return body.node('Gather', [source, place], { axis: 0 })[0]!;
    const entry = body.fresh();
    entries.push({ dtype: value.dtype, shape: value.shape, all: source, entry });
    return entry;
  };
  const behind = afterwards(program, iterations);
  const direct = outputs.filter(([name]) => !behind.outputs.has(name));
  const results = [
    ...program.carried.map(({ next }) => next),
    ...direct.map(([, value]) => value),
    ...behind.taken.map(({ value }) => value),
  ];
  const roots = [...results, ...(program.parts?.sums.map(({ term }) => term) ?? [])];
  const used = new Set(operationsOf(roots.map(computed), computedInputs));
  for (const value of program.invariant) declareInput(emitter, value);
  const isCut = ({ shape }: Value) => program.parts?.dimension === shape[0];
  const first = program.steps.find(isCut);
  const parts =
    program.parts && first && new PartsWriter(emitter, body, program.parts, inputName(first));
  for (const value of program.steps) {
    const source = inputName(value);
    if (used.has(value.operation)) {
      const entry = entryOf(value, source);
      if (parts && isCut(value)) parts.cut(value, entry);
      else emitter.declare(value, entry, body);
    }
    if (!isCut(value)) emitter.declareSizes(value, source, main, 1);
  }
  const starts = program.carried.map(({ current }) => {
    const name = body.fresh();
    emitter.declare(current, name, body);
    emitter.declareSizes(current, inputName(current), main);
    return name;
  });
  parts?.write();
  emitter.emit(results);
  const taken = new Set<string>();
  const carried = program.carried.map((each, i): Carried => {
    const { dtype, shape } = each.current;
    const next = emitter.outputName(each.next, body, taken);
    const initial = inputName(each.current);
    return { dtype, shape, initial, current: starts[i]!, next, final: nextName(each) };
  });
  const scan = (value: Value, all: string): Scanned => {
    const { dtype, shape } = value;
    const own = emitter.outputName(value, body, taken);
    const put = dependsOnPlace(value) ? body.node('Concat', [own], { axis: 0 })[0]! : own;
    return { dtype, shape, value: put, all };
  };
  const scanned = direct.map(([name, value]) => scan(value, name));
  for (const { value, all, there } of behind.taken) {
    const name = there ?? main.fresh();
    if (there === undefined) scanned.push(scan(value, name));
    emitter.declare(all, name, main);
  }
  writeScan('steps', body, carried, entries, scanned);
  emitter.emit(
    [...behind.outputs.values()],
    new Map([...behind.outputs].map(([name, { operation }]) => [operation, name])),
  );
  for (const [name, value] of behind.outputs) emitter.outputName(value, main, taken, name);
  return encode({
    name: 'loop',
    node: main.nodes,
    initializer: main.initializers,
    input: [
      valueInfo(iterations, 'int64', []),
      ...carried.map(({ initial, dtype, shape }) => valueInfo(initial, dtype, shape)),
      ...program.steps.map((value) =>
        valueInfo(inputName(value), value.dtype, [iterations, ...value.shape]),
      ),
      ...program.invariant.map((value) => valueInfo(inputName(value), value.dtype, value.shape)),
    ],
    output: [
      ...carried.map(({ final, dtype, shape }) => valueInfo(final, dtype, shape)),
      ...outputs.map(([name, { dtype, shape }]) => valueInfo(name, dtype, [iterations, ...shape])),
    ],
  });
}
