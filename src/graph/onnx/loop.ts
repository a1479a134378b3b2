import { operationsOf } from '../order.js';
import { inputName, type LoopProgram, nextName } from '../program.js';
import { computed, computedInputs, type Value, type ValueType } from '../value.js';
import { dependsOnAlignment } from './alignment.js';
import { type CarriedNames, type EntryNames, writeScan } from './control-flow.js';
import { type DeferredOutputs, deferOutputs } from './deferred.js';
import { Emitter } from './emitter.js';
import type { GraphWriter } from './graph-writer.js';
import { encodeModel, valueInfo } from './messages.js';
import { MicrobatchWriter } from './microbatches.js';

/** The symbol of the loop's number of iterations, and the name of the input that says it. */
const iterations = 'iterations';

/** The names of a loop's inputs and outputs. */
function givenNames({ carried, steps, invariant, outputs }: LoopProgram): string[] {
  return [
    iterations,
    ...carried.flatMap((each) => [inputName(each.current), nextName(each)]),
    ...[...steps, ...invariant].map(inputName),
    ...Object.keys(outputs),
  ];
}

/** Writes a repeated step as a `Scan` and the operations around it. */
class LoopWriter {
  private readonly emitter: Emitter;
  private readonly main: GraphWriter;
  private readonly body: GraphWriter;
  /** The name of the iteration's number, in the body. */
  private readonly iteration: string;
  /** The values that the `Scan` gives to each iteration. */
  private readonly entries: EntryNames[];
  /** The names of outputs, of body and main graph. */
  private readonly taken = new Set<string>();

  constructor(private readonly program: LoopProgram) {
    this.emitter = new Emitter(givenNames(program));
    this.main = this.emitter.main;
    this.body = this.emitter.inside(this.main);
    this.iteration = this.body.fresh();
    const { main } = this;
    const all = main.apply('Range', [main.integer(0), iterations, main.integer(1)]);
    this.entries = [{ dtype: 'int64', shape: [], all, entry: this.iteration }];
  }

  write(): Uint8Array {
    const { emitter, program, body } = this;
    const deferred = deferOutputs(program, iterations);
    const direct = Object.entries(program.outputs).filter(([name]) => !deferred.outputs.has(name));
    const results = [
      ...program.carried.map(({ next }) => next),
      ...direct.map(([, value]) => value),
      ...deferred.collected.map(({ value }) => value),
    ];
    for (const value of program.invariant) emitter.declareInput(value);
    const microbatches = this.declareSteps(results);
    const starts = this.declareCarried();
    microbatches?.write();
    emitter.emit(results);
    const carried = program.carried.map((each, i): CarriedNames => {
      const { dtype, shape } = each.current;
      const next = emitter.outputName(each.next, body, this.taken);
      const initial = inputName(each.current);
      return { dtype, shape, initial, current: starts[i]!, next, final: nextName(each) };
    });
    const scanned = direct.map(([name, value]) => this.scanned(value, name));
    scanned.push(...this.collect(deferred));
    writeScan('steps', body, carried, this.entries, scanned);
    this.writeDeferred(deferred);
    return encodeModel({
      name: 'loop',
      node: this.main.nodes,
      initializer: this.main.initializers,
      ...this.inputsAndOutputs(),
    });
  }

  /**
   * Declares the inputs of which each iteration sees its own entry, where something uses them.
   * @returns the writer of microbatches, if there are any
   */
  private declareSteps(results: readonly Value[]): MicrobatchWriter | undefined {
    const { emitter, program, body, main } = this;
    const { microbatches } = program;
    const terms = microbatches?.sums.map(({ term }) => term) ?? [];
    const used = new Set(operationsOf([...results, ...terms].map(computed), computedInputs));
    const isCut = ({ shape }: Value) => microbatches?.dimension === shape[0];
    const first = program.steps.find(isCut);
    const writer =
      microbatches && first && new MicrobatchWriter(emitter, body, microbatches, inputName(first));
    for (const value of program.steps) {
      const source = inputName(value);
      if (used.has(value.operation)) {
        const entry = this.entryOf(value, source);
        if (writer && isCut(value)) writer.cut(value, entry);
        else emitter.declare(value, entry, body);
      }
      if (!isCut(value)) emitter.declareSizes(value, source, main, 1);
    }
    return writer;
  }

  /** The name of an iteration's own entry of a value. */
  private entryOf({ dtype, shape }: ValueType, all: string): string {
    if (dependsOnAlignment({ dtype, shape })) {
      return this.body.apply('Gather', [all, this.iteration], { axis: 0 });
    }
    const entry = this.body.fresh();
    this.entries.push({ dtype, shape, all, entry });
    return entry;
  }

  /** Declares carried values; returns their names at the start of an iteration. */
  private declareCarried(): string[] {
    const { emitter, body, main } = this;
    return this.program.carried.map(({ current }) => {
      const name = body.fresh();
      emitter.declare(current, name, body);
      emitter.declareSizes(current, inputName(current), main);
      return name;
    });
  }

  /** An output of the body, of which all iterations' entries have a name outside. */
  private scanned(value: Value, all: string): EntryNames {
    const { dtype, shape } = value;
    const own = this.emitter.outputName(value, this.body, this.taken);
    const entry = dependsOnAlignment(value) ? this.body.apply('Concat', [own], { axis: 0 }) : own;
    return { dtype, shape, all, entry };
  }

  /** Declares all iterations' values outside; returns the values that are not outputs already. */
  private collect({ collected }: DeferredOutputs): EntryNames[] {
    const { emitter, main } = this;
    return collected.flatMap(({ value, all, output }) => {
      const name = output ?? main.fresh();
      const entries = output === undefined ? [this.scanned(value, name)] : [];
      emitter.declare(all, name, main);
      return entries;
    });
  }

  /** Writes the outputs that are computed behind the loop, for all iterations at once. */
  private writeDeferred({ outputs }: DeferredOutputs): void {
    const { emitter, main } = this;
    emitter.emit(
      [...outputs.values()],
      new Map([...outputs].map(([name, { operation }]) => [operation, name])),
    );
    for (const [name, value] of outputs) emitter.outputName(value, main, this.taken, name);
  }

  private inputsAndOutputs() {
    const { carried, steps, invariant, outputs } = this.program;
    const info = (name: string, { dtype, shape }: ValueType) => valueInfo(name, dtype, shape);
    const infoOfAll = (name: string, { dtype, shape }: ValueType) =>
      valueInfo(name, dtype, [iterations, ...shape]);
    return {
      input: [
        valueInfo(iterations, 'int64', []),
        ...carried.map(({ current }) => info(inputName(current), current)),
        ...steps.map((value) => infoOfAll(inputName(value), value)),
        ...invariant.map((value) => info(inputName(value), value)),
      ],
      output: [
        ...carried.map((each) => info(nextName(each), each.current)),
        ...Object.entries(outputs).map(([name, value]) => infoOfAll(name, value)),
      ],
    };
  }
}

/**
 * A repeated step as the bytes of an ONNX model with one `Scan`, which reads fed values where they
 * lie, with a `Loop` inside where the step has microbatches. Values that do not change from iteration
 * to iteration are computed once, before it.
 * @throws UserError when a value depends on an input that is not listed, or a name stands twice
 */
export function toLoopModel(program: LoopProgram): Uint8Array {
  return new LoopWriter(program).write();
}
