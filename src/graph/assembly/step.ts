import type { AssembledStep, Slot, TypedSlot } from '../../runtime/session.js';
import { moduleOf } from '../kernel/wasm.js';
import { inputName, type LoopProgram } from '../program.js';
import { computed, elementCount, type Value } from '../value.js';
import { Piece, type Stored } from './arrays.js';
import { copyBytes } from './code.js';
import { fused } from './fuse.js';
import { Locals, loopCode } from './loop.js';
import { Lowering, type Sizes, Unsupported } from './lower.js';
import { type Change, type Copy, inPlace, needed, placed } from './memory.js';
import { productCode } from './product.js';
import type { Unit } from './units.js';

/** A value's place in the memory of a step. */
interface Place {
  readonly name: string;
  readonly dims: readonly number[];
  readonly piece: Piece;
  readonly type: TypedSlot['type'];
}

/** Places for fed values, which the lowering knows from then on. */
function fed(values: readonly Value[], lowering: Lowering): Place[] {
  return values.map((value) => {
    const { dtype: type } = value;
    if (type !== 'float32' && type !== 'uint8') throw new Unsupported(`inputs of ${type}`);
    const dims = lowering.shapeOf(value);
    const piece = new Piece(elementCount(dims), type === 'uint8' ? 1 : 4);
    lowering.feed(value, piece);
    return { name: inputName(value), dims, piece, type };
  });
}

const slotOf = ({ name, dims, piece, type }: Place): TypedSlot => {
  return { name, dims, address: piece.address, type };
};

/** The module of units, whose pieces have their places. */
function moduleFor(units: readonly Unit[], copies: readonly Copy[], pages: number) {
  const locals = new Locals();
  const code = [
    ...units.flatMap((unit) =>
      unit.kind === 'loop' ? loopCode(unit, locals) : productCode(unit, locals),
    ),
    ...copies.flatMap(({ from, to }) => copyBytes(to.address, from.address, 4 * to.count)),
  ];
  return moduleOf(pages, locals.types, code, false);
}

function assembled(program: LoopProgram, sizes: Sizes): AssembledStep {
  const { carried, microbatches } = program;
  if (microbatches) throw new Unsupported('microbatches');
  const outputs = Object.entries(program.outputs);
  const results = [...carried.map(({ next }) => next), ...outputs.map(([, value]) => value)];
  const lowering = new Lowering(results, sizes);
  const state = fed(
    carried.map(({ current }) => current),
    lowering,
  );
  const [steps, invariant] = [fed(program.steps, lowering), fed(program.invariant, lowering)];
  lowering.lowerShared();
  const changes = carried.flatMap(({ current, next }, i): Change[] => {
    const stays = computed(next).operation === current.operation;
    return stays ? [] : [{ state: state[i]!.piece, next: lowering.stored(next) }];
  });
  const put = outputs.map(([, value]): Stored => lowering.stored(value));
  const wanted = [...changes.map(({ next }) => next), ...put].map(({ piece }) => piece);
  const together = needed(fused(lowering.units), new Set(wanted));
  const { units, copies, pieceOf } = inPlace(together, changes);
  const { constants } = lowering;
  const staying = [...state, ...steps, ...invariant, ...constants].map(({ piece }) => piece);
  const bytes = placed([...staying, ...wanted.map(pieceOf)], units);
  const pages = Math.ceil(bytes / 2 ** 16);
  return {
    pages,
    code: moduleFor(units, copies, pages),
    state: state.map(slotOf),
    steps: steps.map(slotOf),
    invariant: invariant.map(slotOf),
    constants: constants.map(({ piece, values }) => ({ address: piece.address, values })),
    outputs: put.map(({ piece }, i): Slot => {
      const [name, value] = outputs[i]!;
      return { name, dims: lowering.shapeOf(value), address: pieceOf(piece).address };
    }),
  };
}

/**
 * A repeated step as one function in WebAssembly, for examples of these sizes.
 * @returns undefined where it has an operator or type that is not computed so
 */
export function toAssembledStep(program: LoopProgram, sizes: Sizes): AssembledStep | undefined {
  try {
    return assembled(program, sizes);
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}
