import { operationsOf } from '../order.js';
import { elementwise } from '../rewrite/elementwise.js';
import {
  input,
  measure,
  type Operation,
  parseDimension,
  type Shape,
  type Value,
} from '../value.js';

/**
 * Way in which a value depends on the examples of a batch:
 * - `fixed`: not at all
 * - `rows`: its first axis counts the examples, each row made from its own example
 * - `count`: a fixed number times how many examples there are
 * - `perCount`: a fixed number divided by how many examples there are
 * - `sum`: a sum over the examples of something made from each by itself
 * - `mean`: the mean of such a thing, where something fixed may be added
 *
 * It is undefined where a value depends on them in another way.
 */
export type Dependence = 'fixed' | 'rows' | 'count' | 'perCount' | 'sum' | 'mean';

/** The dependences of operations that are known already. */
type Dependences = Map<Operation, Dependence | undefined>;

/** The dependences of an operation's inputs, in their order. */
type OfInputs = readonly (Dependence | undefined)[];

/** Tells whether an operation keeps rows apart, of which some inputs are `rows` and the rest `fixed`. */
const keepsRows: Readonly<Record<string, (operation: Operation, ofInputs: OfInputs) => boolean>> = {
  ...Object.fromEntries([...elementwise, 'DequantizeLinear'].map((type) => [type, alignsRows])),
  ArgMax: ({ attributes }) => attributes.axis !== 0,
  ArgMin: ({ attributes }) => attributes.axis !== 0,
  AveragePool: () => true,
  Concat: ({ attributes }) => attributes.axis !== 0,
  Conv: (_, [x, ...rest]) => x === 'rows' && !rest.includes('rows'),
  ConvTranspose: (_, [x, ...rest]) => x === 'rows' && !rest.includes('rows'),
  CumSum: ({ inputs }) => numbersOf(inputs[1])[0] !== 0,
  Expand: alignsRows,
  Gather: ({ attributes }, [x, at]) =>
    x === 'rows' ? at === 'fixed' && attributes.axis !== 0 : attributes.axis === 0,
  GatherElements: ({ attributes }, ofInputs) =>
    attributes.axis !== 0 && !ofInputs.includes('fixed'),
  Gemm: ({ attributes, inputs }, [a, b]) =>
    a === 'rows' && b === 'fixed' && attributes.transA === 0 && inputs[0]!.shape.length === 2,
  LayerNormalization: ({ attributes }) => attributes.axis !== 0,
  LogSoftmax: ({ attributes }) => attributes.axis !== 0,
  MatMul: ({ inputs, outputs }, ofInputs) =>
    ofInputs.every((dependence, i) => {
      const [rank, own] = [outputs[0]!.shape.length, inputs[i]!.shape.length];
      return dependence === 'fixed'
        ? own < rank || rank === 2
        : own === rank && (i === 0 || rank > 2);
    }),
  MaxPool: () => true,
  Pad: ({ inputs }) => {
    const counts = numbersOf(inputs[1]);
    return counts[0] === 0 && counts[counts.length / 2] === 0;
  },
  ReduceMax: keepsFirstAxis,
  ReduceMin: keepsFirstAxis,
  ReduceProd: keepsFirstAxis,
  ReduceSum: keepsFirstAxis,
  Reshape: () => true,
  Resize: () => true,
  Slice: ({ inputs }) => !numbersOf(inputs[3]).includes(0),
  Softmax: ({ attributes }) => attributes.axis !== 0,
  Split: ({ attributes }) => attributes.axis !== 0,
  Squeeze: ({ inputs }) => !numbersOf(inputs[1]).includes(0),
  Transpose: ({ attributes }) => (attributes.perm as readonly number[])[0] === 0,
  Unsqueeze: ({ inputs }) => !numbersOf(inputs[1]).includes(0),
};

/** Operators that are linear in their first input, or in all of them together. */
const linear = [
  'Add',
  'Cast',
  'Concat',
  'Expand',
  'Neg',
  'ReduceSum',
  'Reshape',
  'Slice',
  'Squeeze',
  'Sub',
  'Transpose',
  'Unsqueeze',
];

/** Operators whose inputs but the first are sizes, places or axes. */
const shaping = ['Expand', 'ReduceSum', 'Reshape', 'Slice', 'Squeeze', 'Unsqueeze'];

function numbersOf(value: Value | undefined): number[] {
  return Array.from(value?.operation.numbers ?? [], Number);
}

/** Tells whether all rows among the inputs lie along the first axis of the output. */
function alignsRows({ inputs, outputs }: Operation, ofInputs: OfInputs) {
  const rank = outputs[0]!.shape.length;
  return ofInputs.every((each, i) => each !== 'rows' || inputs[i]!.shape.length === rank);
}

function keepsFirstAxis({ inputs, attributes }: Operation): boolean {
  const axes = inputs[1] ? numbersOf(inputs[1]) : (attributes.axes as readonly number[]);
  return !axes.includes(0);
}

/** Tells whether an operation sums up something that is made of each row by itself. */
function sumsRows(operation: Operation, [a, b]: OfInputs): boolean {
  const { type, inputs, attributes } = operation;
  if (type === 'ReduceSum') return !keepsFirstAxis(operation);
  const isOuter = type === 'Gemm' && attributes.transA === 1 && attributes.transB === 0;
  return isOuter && inputs.length === 2 && a === 'rows' && b === 'rows';
}

/** Tells whether examples lie along the first axis of a shape and no other. */
function hasRows(shape: Shape, symbol: string): boolean {
  const found = shape.flatMap((dimension, axis) =>
    typeof dimension === 'string'
      ? parseDimension(dimension).symbols.flatMap((each) => (each === symbol ? [axis] : []))
      : [],
  );
  return found.length === 1 && found[0] === 0;
}

/** The dependence of a value in which examples have no rows. */
function dependenceOfWhole(operation: Operation, ofInputs: OfInputs): Dependence | undefined {
  const { type } = operation;
  const [a, b] = ofInputs;
  if (type === 'Reciprocal') return a === 'count' ? 'perCount' : undefined;
  if (type === 'Mul' || type === 'Div') {
    const [left, right] = type === 'Mul' && a === 'fixed' ? [b, a] : [a, b];
    if (right === 'fixed') return left;
    if (type === 'Div') {
      if (right !== 'count') return undefined;
      return left === 'fixed' ? 'perCount' : left === 'sum' ? 'mean' : undefined;
    }
    const pair = [left, right];
    if (!pair.includes('perCount')) return undefined;
    if (pair.includes('sum')) return 'mean';
    return pair.includes('count') ? 'fixed' : undefined;
  }
  if (!linear.includes(type)) return undefined;
  if (ofInputs.every((each) => each === a)) return a;
  return ofInputs.every((each) => each === 'mean' || each === 'fixed') ? 'mean' : undefined;
}

/** The dependence of an operation on the examples, from the dependences of its inputs. */
function dependenceOf(
  operation: Operation,
  known: Dependences,
  symbol: string,
): Dependence | undefined {
  const { type, inputs, attributes, outputs } = operation;
  const { shape } = outputs[0]!;
  if (type === 'Size') {
    const { symbols } = parseDimension(attributes.dimension as string);
    if (!symbols.includes(symbol)) return 'fixed';
    return symbols.length === 1 ? 'count' : undefined;
  }
  const used = shaping.includes(type) ? inputs.slice(0, 1) : inputs.filter((each) => each);
  const ofInputs = used.map((value) => known.get(value!.operation));
  if (ofInputs.includes(undefined)) return undefined;
  const sized = measure(shape).symbols.includes(symbol);
  if (sized && !hasRows(shape, symbol)) return undefined;
  if (type === 'Input') return sized ? (shape[0] === symbol ? 'rows' : undefined) : 'fixed';
  const others = ofInputs.filter((each) => each !== 'fixed');
  if (others.length === 0) return sized ? 'rows' : 'fixed';
  if (!others.includes('rows')) return sized ? undefined : dependenceOfWhole(operation, ofInputs);
  if (others.some((each) => each !== 'rows')) return undefined;
  if (sized) return keepsRows[type]?.(operation, ofInputs) ? 'rows' : undefined;
  return sumsRows(operation, ofInputs) ? 'sum' : undefined;
}

/** The dependence of a value with a derivative given by hand, which has to keep examples apart too. */
function dependenceByHand(
  operation: Operation,
  known: Dependences,
  symbol: string,
): Dependence | undefined {
  const [value, ...others] = operation.inputs as readonly Value[];
  const dependence = known.get(value!.operation);
  if (dependence !== 'rows') return dependence === 'fixed' ? dependence : undefined;
  const given = input('gradient', value!.shape, value!.dtype);
  const gradients = operation.vectorJacobian!(given);
  const found: Dependences = new Map([...known, [given.operation, dependence]]);
  for (const each of operationsOf(gradients.filter((gradient) => gradient !== undefined))) {
    if (found.has(each)) continue;
    // Second derivatives are not taken, so derivatives given by hand do not matter here.
    const isByHand = each.type === 'Identity';
    const own = isByHand ? found.get(each.inputs[0]!.operation) : dependenceOf(each, found, symbol);
    found.set(each, own);
  }
  const apart = others.every((other, i) => {
    const gradient = gradients[i + 1];
    const own = gradient && found.get(gradient.operation);
    return !gradient || own === 'rows' || (own === 'sum' && known.get(other.operation) === 'fixed');
  });
  return apart ? dependence : undefined;
}

/** A value of examples that is taken as made of another example by example, though by numbers of them all. */
interface DeclaredRows {
  readonly from: Value;
  readonly numbers: readonly Value[];
  readonly value: Value;
}

/** Values whose dependence is told, and not found in the program. */
export interface Declared {
  readonly rows?: readonly DeclaredRows[];
  readonly sums?: readonly Value[];
}

/** The dependences of all operations that values are made from. */
export function dependencesOf(
  values: readonly Value[],
  symbol: string,
  { rows = [], sums = [] }: Declared,
): ReadonlyMap<Operation, Dependence | undefined> {
  const known: Dependences = new Map();
  const numbers = new Set(rows.flatMap((each) => each.numbers.map(({ operation }) => operation)));
  const origins = new Map(rows.map(({ value, from }) => [value.operation, from.operation]));
  const summed = new Set(sums.map(({ operation }) => operation));
  const find = (operation: Operation): Dependence | undefined => {
    if (summed.has(operation)) return 'sum';
    const origin = origins.get(operation);
    if (origin) return known.get(origin);
    if (numbers.has(operation)) return 'fixed';
    const own = operation.type === 'Identity' ? dependenceByHand : dependenceOf;
    return own(operation, known, symbol);
  };
  for (const operation of operationsOf(values)) known.set(operation, find(operation));
  return known;
}

const isMean = (dependence: Dependence | undefined) =>
  dependence === 'mean' || dependence === 'fixed';

/**
 * Tells whether each value is the mean over a batch of something that every example has by itself. The
 * mean over microbatches, weighted by their sizes, is then the same, and so are derivatives.
 * `false` says that it could not be told.
 * @param symbol the dimension of the batch
 */
export function isMeanOver(values: readonly Value[], symbol: string): boolean {
  const known = dependencesOf(values, symbol, {});
  return values.every(({ operation }) => isMean(known.get(operation)));
}

/**
 * The part of the model that keeps values from being such means: its path, or a name such as `objective`.
 * @param declared values that do not count as such a part
 */
export function mixingPart(
  values: readonly Value[],
  symbol: string,
  declared: Declared = {},
): string | undefined {
  const known = dependencesOf(values, symbol, declared);
  const isApart = (operation: Operation) => known.get(operation) !== undefined;
  const first = [...known.keys()].find((operation) => !isApart(operation));
  const found = first ?? values.find(({ operation }) => !isMean(known.get(operation)))?.operation;
  return found && (found.origin?.part || 'objective');
}
