import {
  broadcastLike,
  cast,
  concat,
  gatherElements,
  pad,
  reshape,
  scatterAdd,
  slice,
  squeeze,
  transpose,
  unsqueeze,
} from '../../operators/index.js';
import { constant, Value } from '../../value.js';
import {
  constants,
  type Derivative,
  type Derivatives,
  type Pair,
  sumTo,
  whole,
} from './derivative.js';

/** The elements between the ones that a slice with a step took, put back as zeros. */
function dilate(g: Value, axis: number, step: number): Value {
  const count = g.shape[axis] as number;
  if (step === 1 || count < 2) return g;
  const place = axis + 1;
  const apart = unsqueeze(g, [place]);
  const none = apart.shape.map(() => 0);
  const spread = pad(apart, none, none.with(place, step - 1));
  const shape = g.shape.with(axis, count * step);
  return slice(reshape(spread, shape), [{ axis, end: (count - 1) * step + 1 }]);
}

const sliceDerivative: Derivative = (g, { inputs }, y) => {
  const [x, ...ranges] = inputs;
  const [starts, , axes, steps] = ranges.map(constants) as [number[], number[], number[], number[]];
  const before = x!.shape.map(() => 0);
  const after = x!.shape.map(() => 0);
  let dy = whole(g, y);
  axes.forEach((axis, i) => {
    dy = dilate(dy, axis, steps[i]!);
    before[axis] = starts[i]!;
    after[axis] = (x!.shape[axis] as number) - starts[i]! - (dy.shape[axis] as number);
  });
  return [pad(dy, before, after)];
};

/** A tensor of zeros like x. */
const zerosLike = (x: Value) => broadcastLike(constant(0, [], x.dtype), x);

function elementCountOf(at: Value): number | string {
  const flat = at.shape.length === 1 ? at : reshape(at, [-1]);
  return flat.shape[0]!;
}

/** Derivatives of operators that move elements. */
export const shapeDerivatives: Derivatives = {
  Reshape: (g, { inputs }, y) => [reshape(whole(g, y), inputs[0]!.shape)],
  Squeeze: (g, { inputs }, y) => [unsqueeze(whole(g, y), constants(inputs[1]))],
  Unsqueeze: (g, { inputs }, y) => [squeeze(whole(g, y), constants(inputs[1]))],
  Transpose: (g, { attributes }, y) => {
    const order = attributes.perm as readonly number[];
    return [
      transpose(
        whole(g, y),
        order.map((_, axis) => order.indexOf(axis)),
      ),
    ];
  },
  Expand: (g, { inputs }, y) => [sumTo(g, inputs[0]!.shape, y.shape)],
  Concat: (g, { inputs, attributes }, y) => {
    const axis = attributes.axis as number;
    const dy = whole(g, y);
    let start = 0;
    return inputs.map((part) => {
      const end = start + (part!.shape[axis] as number);
      const range = { axis, start, end };
      start = end;
      return slice(dy, [range]);
    });
  },
  Split: (_, operation, __, all) => {
    const parts = operation.outputs.map((___, index) => {
      const part = new Value(operation, index);
      const g = all[index];
      return g ? whole(g, part) : zerosLike(part);
    });
    return [concat(parts, operation.attributes.axis as number)];
  },
  Slice: sliceDerivative,
  Pad: (g, { inputs }, y) => {
    const counts = constants(inputs[1]);
    const { shape } = inputs[0]!;
    const ranges = shape.flatMap((dimension, axis) =>
      typeof dimension === 'number'
        ? [{ axis, start: counts[axis]!, end: counts[axis]! + dimension }]
        : [],
    );
    return [slice(whole(g, y), ranges)];
  },
  Gather: (g, { inputs, attributes }, y) => {
    const [x, at] = inputs as Pair;
    const axis = attributes.axis as number;
    const rank = x.shape.length;
    const places = at.shape.length;
    // One axis of places, then broadcast over the other axes, so that each update has its index.
    const dy = reshape(whole(g, y), [
      ...x.shape.slice(0, axis),
      elementCountOf(at),
      ...x.shape.slice(axis + 1),
    ]);
    const flat = places === 1 ? at : reshape(at, [-1]);
    const others = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis);
    const index = broadcastLike(cast(unsqueeze(flat, others), 'int64'), dy);
    return [scatterAdd(zerosLike(x), index, dy, axis)];
  },
  GatherElements: (g, { inputs, attributes }, y) => {
    const [x, at] = inputs as Pair;
    return [scatterAdd(zerosLike(x), at, whole(g, y), attributes.axis as number)];
  },
  ScatterElements: (g, { inputs, attributes }, y) => {
    const dy = whole(g, y);
    return [dy, undefined, gatherElements(dy, inputs[1]!, attributes.axis as number)];
  },
};
