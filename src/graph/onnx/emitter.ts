import { UserError } from '../../base/errors.js';
import { dtypeCodes } from '../operators/index.js';
import { operationsOf } from '../order.js';
import { within } from '../origin.js';
import { inputName } from '../program.js';
import {
  computed,
  computedInputs,
  constant,
  type DType,
  type Operation,
  parseDimension,
  type Value,
} from '../value.js';
import { GraphWriter, Names } from './graph-writer.js';

/** An axis of a tensor in a graph, from which the size of a dimension is read. */
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
export class Emitter {
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

  /** Declares an input of the model under its name. */
  declareInput(value: Value): void {
    this.declare(value, inputName(value), this.main);
    this.declareSizes(value, inputName(value), this.main);
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
      const shape = graph.apply('Shape', [tensor]);
      const size = graph.apply('Gather', [shape, graph.integer(axis)], { axis: 0 });
      const name =
        dtype === 'int64' ? size : graph.apply('Cast', [size], { to: dtypeCodes[dtype] });
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
      (product, size) => graph.apply('Mul', [product, size.name]),
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
   * @param taken the names that the graph's outputs have already, which grow by this one
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
