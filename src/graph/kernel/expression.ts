import { computed, elementCount, sameShape, scalarOf, type Value } from '../value.js';
import { ValueMap } from '../value-map.js';
import { type Bytes, vector } from './wasm.js';

/**
 * Operators that a kernel computes, as code behind that of their inputs. Each rounds as IEEE 754 says, so that
 * results have the bits of the runtime's operators. Truth values are vectors of ones or zeros.
 */
export const operators: Readonly<Record<string, (inputs: readonly Bytes[]) => Bytes>> = {
  Abs: followed(vector.absolute),
  Add: followed(vector.add),
  And: followed(vector.and),
  Div: followed(vector.divide),
  Equal: followed(vector.equal),
  Greater: followed(vector.greater),
  GreaterOrEqual: followed(vector.greaterOrEqual),
  Less: followed(vector.less),
  LessOrEqual: followed(vector.lessOrEqual),
  Max: followed(vector.larger),
  Min: followed(vector.smaller),
  Mul: followed(vector.multiply),
  Neg: followed(vector.negative),
  Not: followed(vector.not),
  Or: followed(vector.or),
  Sign: ([x]) => signOf(x!),
  Sqrt: followed(vector.root),
  Sub: followed(vector.subtract),
  Where: ([condition, a, b]) => chosen(condition!, a!, b!),
};

/** Operators that take truth values. Of others, as `Equal`, a vector of ones would be no number. */
export const takesTruth: ReadonlySet<string> = new Set(['And', 'Not', 'Or', 'Where']);

function followed(operator: Bytes) {
  return (inputs: readonly Bytes[]): Bytes => [...inputs.flat(), ...operator];
}

/** 1 where a comparison with 0 holds, else 0. */
function oneIf(x: Bytes, comparison: Bytes): Bytes {
  return [...x, ...vector.number(0), ...comparison, ...vector.number(1), ...vector.and];
}

/** −1, 0 or 1; of what is not a number, itself. */
function signOf(x: Bytes): Bytes {
  const sign = [...oneIf(x, vector.greater), ...oneIf(x, vector.less), ...vector.subtract];
  return [...x, ...sign, ...x, ...x, ...vector.unlike, ...vector.select];
}

/** Chooses as the runtime does: the one choice where it is not 0, else what is left of the other. */
function chosen(condition: Bytes, a: Bytes, b: Bytes): Bytes {
  const first = [...a, ...condition, ...vector.and];
  const second = [...b, ...condition, ...vector.without];
  const isThere = [...first, ...vector.number(0), ...vector.unlike];
  return [...first, ...second, ...isThere, ...vector.select];
}

/** A number or array of a kernel: computed, known beforehand, or read from memory. */
export type Node =
  | {
      readonly kind: 'operator';
      readonly count: number;
      readonly inputs: readonly Node[];
      readonly code: (inputs: readonly Bytes[]) => Bytes;
    }
  | { readonly kind: 'number'; readonly count: 1; readonly value: number }
  | { readonly kind: 'leaf'; readonly count: number; readonly value: Value };

/** Counts the numbers of a value; undefined where that is not known beforehand. */
export function countOf({ shape }: Value): number | undefined {
  const known = shape.filter((size) => typeof size === 'number');
  return known.length === shape.length ? elementCount(known) : undefined;
}

/** Tells whether an operator takes and gives values of one shape, and single numbers. */
function isByElement(value: Value): boolean {
  const { inputs } = value.operation;
  return inputs.every(
    (each) => each && (countOf(each) === 1 || sameShape(each.shape, value.shape)),
  );
}

/** Tells whether a kernel computes with values of the type. */
const isHeld = ({ dtype }: Value, isTruth: boolean) =>
  dtype === 'float32' || (isTruth && dtype === 'bool');

/** Values as nodes of a kernel, each once. */
export class Expressions {
  private readonly known = new ValueMap<Node>();

  /** The node of a value of float32 numbers, which are so many. */
  nodeOf(given: Value): Node {
    const value = computed(given);
    const node = this.known.get(value) ?? this.madeOf(value);
    this.known.set(value, node);
    return node;
  }

  private madeOf(value: Value): Node {
    const number = scalarOf(value);
    if (number !== undefined) return { kind: 'number', count: 1, value: number };
    const { type, inputs } = value.operation;
    const code = operators[type];
    const count = countOf(value)!;
    if (!code || !isByElement(value) || !this.isComputable(value)) {
      return { kind: 'leaf', count, value };
    }
    return { kind: 'operator', count, inputs: inputs.map((each) => this.nodeOf(each!)), code };
  }

  /** Tells whether the kernel computes all truth values too: it reads none from memory. */
  private isComputable({ operation: { type, inputs } }: Value): boolean {
    return inputs.every(
      (each) =>
        isHeld(each!, false) ||
        (isHeld(each!, true) &&
          takesTruth.has(type) &&
          computed(each!).operation.type in operators &&
          isByElement(computed(each!)) &&
          this.isComputable(computed(each!))),
    );
  }
}
