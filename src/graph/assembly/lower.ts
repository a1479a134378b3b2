import { takesTruth } from '../kernel/expression.js';
import { operationsOf } from '../order.js';
import {
  computed,
  computedInputs,
  elementCount,
  type FloatAttribute,
  type Operation,
  parseDimension,
  type Shape,
  sameShape,
  Value,
} from '../value.js';
import { ValueMap } from '../value-map.js';
import {
  type Change,
  cut,
  isDense,
  type Numbers,
  Piece,
  remaking,
  reshaped,
  type Stored,
  spread,
  turned,
  whole,
} from './arrays.js';
import { computedBy } from './functions.js';
import { type Combining, combination, type Unit } from './units.js';

/** Says that a program has something that is not computed here. */
export class Unsupported extends Error {}

function refuse(what: string): never {
  throw new Unsupported(what);
}

/** Sizes of dimensions by their symbols. */
export type Sizes = ReadonlyMap<string, number>;

/** Operators of a step up to which the function is made in a moment. */
const mostOperators = 1500;

/** Columns from which on products go along these; rows of matrices are worth a copy from so many on. */
const fewColumns = 4;
const longRow = 8;

/** Brings values into units, which compute them one after the other. */
export class Lowering {
  readonly units: Unit[] = [];
  /** Numbers known beforehand, with their pieces. */
  readonly constants: { readonly piece: Piece; readonly values: Float32Array }[] = [];
  private readonly known = new ValueMap<Numbers>();
  private readonly uses = new ValueMap<number>();
  private readonly fed = new Set<Piece>();
  private readonly operations: readonly Operation[];

  /** @param results all values that are to be lowered */
  constructor(
    results: readonly Value[],
    private readonly sizes: Sizes,
  ) {
    this.operations = operationsOf(results.map(computed), computedInputs);
    if (this.operations.length > mostOperators) refuse('so many operators');
    for (const value of [...this.operations.flatMap(computedInputs), ...results.map(computed)]) {
      if (value) this.uses.set(value, (this.uses.get(value) ?? 0) + 1);
    }
  }

  /** Lowers what is used in several places, in its order: what is asked for next is then never far from what is known. */
  lowerShared(): void {
    for (const operation of this.operations) {
      operation.outputs.forEach(({ dtype }, index) => {
        const value = new Value(operation, index);
        if (dtype === 'float32' && (this.uses.get(value) ?? 0) > 1) this.numbersOf(value);
      });
    }
  }

  /** The shape of a value with these sizes. */
  shapeOf({ shape }: { readonly shape: Shape }): number[] {
    const sizes = shape.map((dimension) => this.sizeOf(dimension));
    return sizes.includes(0) ? refuse('nothing along an axis') : sizes;
  }

  private sizeOf(dimension: number | string): number {
    if (typeof dimension === 'number') return dimension;
    const { factor, symbols } = parseDimension(dimension);
    return symbols.reduce((product, symbol) => product * this.sizes.get(symbol)!, factor);
  }

  /** Gives a fed value its place. */
  feed(value: Value, piece: Piece): void {
    this.known.set(value, whole(piece, this.shapeOf(value)));
    this.fed.add(piece);
  }

  /** A value's numbers in memory, one after the other in a piece that is not fed. */
  stored(given: Value): Stored {
    const value = computed(given);
    const shape = this.shapeOf(value);
    const numbers = this.numbersOf(value);
    const isOwn =
      numbers.kind === 'stored' &&
      !this.fed.has(numbers.piece) &&
      numbers.piece.count === elementCount(shape) &&
      isDense(numbers);
    return isOwn ? numbers : this.store(numbers, shape);
  }

  /** @param to where the numbers are to lie, if nothing else uses them */
  private numbersOf(given: Value, to?: Stored): Numbers {
    const value = computed(given);
    const before = this.known.get(value);
    if (before) return before;
    const isUsedOnce = this.uses.get(value)! < 2;
    const numbers = this.made(value, isUsedOnce ? to : undefined);
    const isKept = numbers.kind !== 'computed' || isUsedOnce || value.dtype === 'bool';
    const kept = isKept ? numbers : this.store(numbers, this.shapeOf(value));
    this.known.set(value, kept);
    return kept;
  }

  private made(value: Value, to?: Stored): Numbers {
    const { operation, dtype } = value;
    const { type } = operation;
    if (type === 'Constant') return this.constant(value);
    if (type === 'Size')
      return { kind: 'same', value: this.sizeOf(operation.attributes.dimension as string) };
    if (dtype !== 'float32' && dtype !== 'bool') refuse(`${type} of ${dtype}`);
    if (type === 'Gemm' || type === 'MatMul') return this.product(operation, to);
    if (type === 'Concat') return this.joined(value, to);
    if (type in combination) return this.reduced(value, to);
    return this.viewed(value, to) ?? this.byElement(value);
  }

  private constant(value: Value): Numbers {
    const { numbers } = value.operation;
    if (!(numbers instanceof Float32Array)) refuse(`constants of ${value.dtype}`);
    if (numbers.length === 1) return { kind: 'same', value: numbers[0]! };
    const piece = new Piece(numbers.length);
    this.constants.push({ piece, values: numbers });
    return whole(piece, this.shapeOf(value));
  }

  private byElement(value: Value): Numbers {
    const { type, inputs, attributes } = value.operation;
    const shape = this.shapeOf(value);
    if (type === 'Cast') {
      const [x] = computedInputs(value.operation);
      if (x!.dtype === 'uint8') return this.bytesOf(x!);
      if (x!.dtype !== 'bool') refuse(`Cast of ${x!.dtype}`);
      const numbers = [this.numbersOf(x!), { kind: 'same', value: 1 } as const];
      return computedBy('And', numbers, shape, {})!;
    }
    const numbers = inputs.map((input) => {
      if (!input) return refuse(`${type} without an input`);
      if (input.dtype === 'uint8') return this.bytesOf(input);
      if (input.dtype === 'bool' && !takesTruth.has(type)) refuse(`${type} of bool`);
      return this.spread(this.numbersOf(input), this.shapeOf(input), shape);
    });
    return computedBy(type, numbers, shape, attributes) ?? refuse(type);
  }

  /** Bytes, where they are fed. */
  private bytesOf(value: Value): Numbers {
    return this.known.get(computed(value)) ?? refuse('computed bytes');
  }

  private spread(numbers: Numbers, from: readonly number[], shape: readonly number[]): Numbers {
    if (numbers.kind === 'same' || sameShape(from, shape)) return numbers;
    return spread(this.inMemory(numbers, from), shape);
  }

  /** Numbers in memory, wherever. */
  private inMemory(numbers: Numbers, shape: readonly number[]): Stored {
    return numbers.kind === 'stored' ? numbers : this.store(numbers, shape);
  }

  private store(numbers: Numbers, shape: readonly number[], given?: Stored): Stored {
    const to = given ?? whole(new Piece(elementCount(shape)), shape);
    this.units.push({
      kind: 'loop',
      roots: [{ numbers, shape, from: shape.length, combining: undefined, to }],
    });
    return to;
  }

  /** A value that only changes the places of another one's numbers. */
  private viewed(value: Value, to: Stored | undefined): Numbers | undefined {
    const { operation, index } = value;
    const { type, attributes } = operation;
    const [x, ...others] = computedInputs(operation);
    const shape = this.shapeOf(value);
    const list = (i: number) => {
      const numbers = others[i]?.operation.numbers;
      return numbers ? [...numbers].map(Number) : refuse(`${type} by computed numbers`);
    };
    const change = (by: Change, target?: Stored): Numbers => {
      const from = this.shapeOf(x!);
      const numbers = this.numbersOf(x!, target);
      return (
        remaking(by, shape)(numbers) ??
        by(this.store(numbers, from)) ??
        refuse(`${type} of ${from}`)
      );
    };
    switch (type) {
      case 'Reshape':
      case 'Squeeze':
      case 'Unsqueeze': {
        const target = to && isDense(to) ? reshaped(to, this.shapeOf(x!)) : undefined;
        return change((stored) => reshaped(stored, shape), target);
      }
      case 'Expand':
        return this.spread(this.numbersOf(x!), this.shapeOf(x!), shape);
      case 'Transpose':
        return change((stored) => turned(stored, attributes.perm as number[]));
      case 'Split': {
        const axis = attributes.axis as number;
        const start = list(0)
          .slice(0, index)
          .reduce((sum, size) => sum + size, 0);
        return change((stored) => cut(stored, axis, start, shape[axis]!));
      }
      case 'Slice': {
        const [starts, , axes, steps] = [list(0), list(1), list(2), others[3] ? list(3) : []];
        return change((stored) =>
          axes.reduce((each, axis, i) => {
            const size = each.shape[axis]!;
            const step = steps[i] ?? 1;
            if (step < 1) refuse('Slice backwards');
            const start = starts[i]! < 0 ? starts[i]! + size : starts[i]!;
            return cut(each, axis, Math.min(start, size), shape[axis]!, step);
          }, stored),
        );
      }
      default:
        return undefined;
    }
  }

  private joined(value: Value, given: Stored | undefined): Stored {
    const { operation } = value;
    const shape = this.shapeOf(value);
    const to = given ?? whole(new Piece(elementCount(shape)), shape);
    const axis = operation.attributes.axis as number;
    let start = 0;
    for (const input of computedInputs(operation)) {
      const own = this.shapeOf(input!);
      const part = cut(to, axis, start, own[axis]!);
      start += own[axis]!;
      const numbers = this.numbersOf(input!, part);
      if (!isSamePlace(numbers, part)) this.store(numbers, own, part);
    }
    return to;
  }

  private reduced(value: Value, given: Stored | undefined): Stored {
    const { operation } = value;
    const [x, axesInput] = computedInputs(operation);
    const from = this.shapeOf(x!);
    const axes = axesInput
      ? [...axesInput.operation.numbers!].map((axis) => (Number(axis) + from.length) % from.length)
      : from.map((_, axis) => axis);
    const kept = from.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
    const shape = this.shapeOf(value);
    const to = given ?? whole(new Piece(elementCount(shape)), shape);
    const keptShape = kept.map((axis) => from[axis]!);
    const order = [...kept, ...axes];
    const numbers = this.numbersOf(x!);
    const turnedShape = order.map((axis) => from[axis]!);
    const view = remaking((stored) => turned(stored, order), turnedShape)(numbers)!;
    const type = operation.type as Combining;
    const inner = view.kind === 'stored' ? view.strides.at(-1) : 1;
    if (
      type === 'ReduceSum' &&
      inner !== 1 &&
      view.kind === 'stored' &&
      elementCount(keptShape) >= fewColumns
    ) {
      const columns = reshaped(view, [
        elementCount(keptShape),
        elementCount(axes.map((axis) => from[axis]!)),
      ]);
      const target = reshaped(to, [1, elementCount(keptShape)]);
      if (columns && target && columns.strides[0] === 1 && view.piece.bytes === 4) {
        this.addProduct(this.ones(columns.shape[1]!), turned(columns, [1, 0]), target);
        return to;
      }
    }
    this.units.push({
      kind: 'loop',
      roots: [
        {
          numbers: view,
          shape: turnedShape,
          from: kept.length,
          combining: type,
          to: reshaped(to, keptShape) ?? refuse(`${type} into ${shape}`),
        },
      ],
    });
    return to;
  }

  private one: Piece | undefined;

  /** A matrix of one row of ones. */
  private ones(count: number): Stored {
    if (!this.one) {
      this.one = new Piece(1);
      this.constants.push({ piece: this.one, values: Float32Array.of(1) });
    }
    return { ...whole(this.one, [1, count]), strides: [0, 0] };
  }

  private product(operation: Operation, given: Stored | undefined): Stored {
    const { type, attributes, outputs } = operation;
    const [left, right, added] = computedInputs(operation);
    const shape = this.shapeOf(outputs[0]!);
    if (shape.length !== 2) refuse(`${type} of rank ${shape.length}`);
    const matrix = (value: Value, isTurned: boolean) => {
      const own = this.shapeOf(value);
      if (own.length !== 2) refuse(`${type} of rank ${own.length}`);
      const stored = this.floatsOf(this.inMemory(this.numbersOf(value), own));
      return isTurned ? turned(stored, [1, 0]) : stored;
    };
    const a = matrix(left!, attributes.transA === 1);
    const b = matrix(right!, attributes.transB === 1);
    const c = added && spread(this.inMemory(this.numbersOf(added), this.shapeOf(added)), shape);
    const to = given ?? whole(new Piece(elementCount(shape)), shape);
    const factor = (attributes.alpha as FloatAttribute | undefined)?.float ?? 1;
    this.addProduct(a, b, to, c, factor);
    return to;
  }

  /** Bytes as float32 numbers, as products read no others. */
  private floatsOf(stored: Stored): Stored {
    return stored.piece.bytes === 4 ? stored : this.store(stored, stored.shape);
  }

  /** Adds a product of matrices, which lie so that four numbers are read at a time. */
  private addProduct(a: Stored, b: Stored, to: Stored, c?: Stored, factor = 1): void {
    const [k, columns] = b.shape as [number, number];
    const isAlong = (stored: Stored, axis: number) =>
      stored.shape[axis] === 1 || stored.strides[axis] === 1;
    const copied = (stored: Stored) => this.store(stored, stored.shape);
    let [left, right] = [a, b];
    if (columns >= fewColumns) {
      if (!isAlong(b, 1) && !(isAlong(a, 1) && isAlong(b, 0))) right = copied(b);
    } else if (k >= longRow) {
      if (!isAlong(a, 1)) left = copied(a);
      if (!isAlong(b, 0)) right = turned(copied(turned(b, [1, 0])), [1, 0]);
    }
    this.units.push({ kind: 'product', a: left, b: right, c, factor, to });
  }
}

/** Tells whether numbers lie where they should. */
function isSamePlace(numbers: Numbers, to: Stored): boolean {
  return (
    numbers.kind === 'stored' &&
    numbers.piece === to.piece &&
    numbers.offset === to.offset &&
    sameShape(numbers.shape, to.shape) &&
    numbers.shape.every((size, axis) => size === 1 || numbers.strides[axis] === to.strides[axis])
  );
}
