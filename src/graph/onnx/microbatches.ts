import { secondHalf } from '../microbatch/sums.js';
import { dtypeCodes, full } from '../operators/index.js';
import type { Microbatches } from '../program.js';
import type { Value } from '../value.js';
import { type CarriedNames, writeLoop } from './control-flow.js';
import type { Emitter } from './emitter.js';
import type { GraphWriter } from './graph-writer.js';

/** Writes the loop of a step over its microbatches, which sums up their terms. */
export class MicrobatchWriter {
  /** The loop's body. */
  private readonly graph: GraphWriter;
  /** The name of the microbatch's number. */
  private readonly index: string;
  /** The name of how many examples the batch has. */
  private readonly examples: string;
  /** The names of its examples' places in the batch. */
  private readonly range: readonly [start: string, end: string];

  /**
   * @param body the step's
   * @param source a fed tensor [iterations, examples, ...]
   */
  constructor(
    private readonly emitter: Emitter,
    private readonly body: GraphWriter,
    private readonly microbatches: Microbatches,
    source: string,
  ) {
    this.graph = emitter.inside(body);
    this.index = this.graph.fresh();
    const { main } = emitter;
    const { size } = microbatches;
    this.examples = main.apply('Gather', [main.apply('Shape', [source]), main.integer(1)], {
      axis: 0,
    });
    const first = this.graph.apply('Mul', [this.index, main.integer(size)]);
    const start = this.graph.apply('Unsqueeze', [first, main.integer(0, [1])]);
    const end = this.graph.apply('Add', [start, main.integer(size, [1])]);
    this.range = [start, end];
  }

  /** Declares a value's examples of a microbatch. @param whole all of the batch, in the body */
  cut(value: Value, whole: string): void {
    const axis = this.emitter.main.integer(0, [1]);
    const own = this.graph.apply('Slice', [whole, ...this.range, axis]);
    this.emitter.declare(value, own, this.graph);
    this.emitter.declareSizes(value, own, this.graph);
  }

  /** Writes the loop, and declares the sums in the step's body. */
  write(): void {
    const { emitter, body, graph, microbatches, examples } = this;
    const { dimension, share, size, sums } = microbatches;
    const { main } = emitter;
    const all = main.apply('Cast', [examples], { to: dtypeCodes.float32 });
    const perExample = main.apply('Reciprocal', [all]);
    const own = emitter.sizeOf(dimension, 'float32').name;
    emitter.declare(share, graph.apply('Mul', [own, perExample]), graph);
    const zeros = sums.map(({ total }) => full(0, total.shape, total.dtype));
    emitter.emit([...zeros, ...sums.map(({ term }) => term)]);
    const halves = sums.map(({ term }, i) => {
      const initial = emitter.nameOf(zeros[i]!, body);
      return this.halves(term, sums[i]!.total, initial);
    });
    const most = main.apply('Add', [examples, main.integer(size - 1)]);
    const count = main.apply('Div', [most, main.integer(size)]);
    writeLoop('microbatches', graph, count, this.index, halves.flat());
    sums.forEach(({ total }, i) => {
      const sum = halves[i]!.map(({ final }) => final);
      emitter.declare(total, sum.length === 1 ? sum[0]! : body.apply('Add', sum), body);
    });
  }

  /** The sum of the half that is under way, and that of the first half once it is done, where it has several terms. */
  private halves(term: Value, { dtype, shape }: Value, initial: string): CarriedNames[] {
    const { graph, body, emitter, index, microbatches } = this;
    const carry = (current: string, next: string): CarriedNames => {
      return { dtype, shape, initial, current, next, final: body.fresh() };
    };
    const current = graph.fresh();
    const own = emitter.nameOf(term, graph);
    const middle = secondHalf(microbatches.count);
    if (middle < 2) return [carry(current, graph.apply('Add', [current, own]))];
    const first = graph.fresh();
    const isSecond = graph.apply('Equal', [index, emitter.main.integer(middle)]);
    const before = graph.apply('Where', [isSecond, initial, current]);
    return [
      carry(first, graph.apply('Where', [isSecond, current, first])),
      carry(current, graph.apply('Add', [before, own])),
    ];
  }
}
