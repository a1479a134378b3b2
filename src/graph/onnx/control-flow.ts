import type { ValueType } from '../value.js';
import type { GraphWriter } from './graph-writer.js';
import { attribute, type onnx, valueInfo } from './messages.js';

/** The names of a value that a loop carries. */
export interface CarriedNames extends ValueType {
  /** Name outside, before the first iteration. */
  readonly initial: string;
  /** Name in the body, at the start of an iteration. */
  readonly current: string;
  /** Name in the body, at its end. */
  readonly next: string;
  /** Name outside, after the last. */
  readonly final: string;
}

/** The names of a value of which each iteration sees its own entry, or puts one out. */
export interface EntryNames extends ValueType {
  /** Outside, with a leading axis of iterations. */
  readonly all: string;
  /** Name in the body. */
  readonly entry: string;
}

/** A node around a body: inputs and outputs of both. */
interface BodyNode {
  readonly bodyInputs: readonly onnx.IValueInfoProto[];
  readonly bodyOutputs: readonly onnx.IValueInfoProto[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: readonly onnx.IAttributeProto[];
}

/** Writes a node around a body that is complete but for its inputs and outputs. */
function writeAround(body: GraphWriter, type: 'Loop' | 'Scan', name: string, node: BodyNode): void {
  const { bodyInputs, bodyOutputs, inputs, outputs, attributes = [] } = node;
  const graph: onnx.IGraphProto = {
    name,
    input: [...bodyInputs],
    output: [...bodyOutputs],
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

const currents = (carried: readonly CarriedNames[]) =>
  carried.map(({ current, dtype, shape }) => valueInfo(current, dtype, shape));
const nexts = (carried: readonly CarriedNames[]) =>
  carried.map(({ next, dtype, shape }) => valueInfo(next, dtype, shape));
const ofEntries = (values: readonly EntryNames[]) =>
  values.map(({ entry, dtype, shape }) => valueInfo(entry, dtype, shape));

/**
 * Writes a loop that counts its iterations.
 * @param count the name of how many there are
 * @param iteration the name of the one under way, in the body
 */
export function writeLoop(
  name: string,
  body: GraphWriter,
  count: string,
  iteration: string,
  carried: readonly CarriedNames[],
): void {
  const condition = body.fresh();
  const goOn = body.copy(condition, body.fresh());
  writeAround(body, 'Loop', name, {
    bodyInputs: [
      valueInfo(iteration, 'int64', []),
      valueInfo(condition, 'bool', []),
      ...currents(carried),
    ],
    bodyOutputs: [valueInfo(goOn, 'bool', []), ...nexts(carried)],
    inputs: [count, '', ...carried.map(({ initial }) => initial)],
    outputs: carried.map(({ final }) => final),
  });
}

/**
 * Writes a loop that goes through entries of values, which it reads where they lie.
 * @param scanned values of which each iteration puts out an entry
 */
export function writeScan(
  name: string,
  body: GraphWriter,
  carried: readonly CarriedNames[],
  entries: readonly EntryNames[],
  scanned: readonly EntryNames[],
): void {
  writeAround(body, 'Scan', name, {
    bodyInputs: [...currents(carried), ...ofEntries(entries)],
    bodyOutputs: [...nexts(carried), ...ofEntries(scanned)],
    inputs: [...carried.map(({ initial }) => initial), ...entries.map(({ all }) => all)],
    outputs: [...carried.map(({ final }) => final), ...scanned.map(({ all }) => all)],
    attributes: [attribute('num_scan_inputs', entries.length)],
  });
}
