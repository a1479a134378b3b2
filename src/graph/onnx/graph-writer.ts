import { UserError } from '../../base/errors.js';
import { operatorDomain } from '../../runtime/machine/plan.js';
import { machineType } from '../machine.js';
import { currentOrigin, type Origin } from '../origin.js';
import type { Attributes, DType, Numbers, Shape } from '../value.js';
import { attribute, bytesOf, initializer, type onnx } from './messages.js';

/** Constants above this many bytes are told apart by identity, not by content. */
const comparedBytes = 1024;

/** Gives out names that no input or output of the model has. */
export class Names {
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

/**
 * `forward/encoder.0/Gemm_v7`: the name that profiles know a node by.
 * @param output the name of its first output, which makes it the only one of its name
 */
function nodeName({ phase, part }: Origin, type: string, output: string): string {
  return `${phase}/${part}/${type}_${output}`;
}

/** A graph being written: the main one, or a loop's body inside of another. */
export class GraphWriter {
  readonly depth: number;
  readonly nodes: onnx.INodeProto[] = [];
  readonly initializers: onnx.ITensorProto[] = [];
  readonly produced = new Set<string>();
  /** Names of the outputs of nodes and constants, by content, so that equal ones are written once. */
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
    attributes: Attributes,
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

  /** Writes a node with one output, unless an equal one is there; returns the output's name. */
  apply(type: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.node(type, inputs, attributes)[0]!;
  }

  /** Writes a node that gives a value one more name. */
  copy(source: string, name: string): string {
    this.write('Identity', [source], {}, [name]);
    return name;
  }

  private write(
    type: string,
    inputs: readonly string[],
    attributes: Attributes,
    names: readonly string[],
  ): void {
    const own = machineType({ type, attributes });
    this.nodes.push({
      ...(own === undefined ? { opType: type } : { opType: own, domain: operatorDomain }),
      name: nodeName(currentOrigin(), type, names[0]!),
      input: [...inputs],
      output: [...names],
      attribute:
        own === undefined
          ? Object.entries(attributes).map(([name, value]) => attribute(name, value))
          : [],
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
    this.initializers.push(initializer(name, dtype, shape, numbers));
    this.written.set(key, [name]);
    return name;
  }

  /** Writes an int64 scalar, or with the shape `[1]` a vector of one. */
  integer(number: number, shape: Shape = []): string {
    return this.constant('int64', shape, BigInt64Array.of(BigInt(number)));
  }

  private lookUp(key: string): readonly string[] | undefined {
    return this.written.get(key) ?? this.outer?.lookUp(key);
  }
}
