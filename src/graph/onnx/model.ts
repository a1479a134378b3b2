import { inputName, type Program } from '../program.js';
import { computed } from '../value.js';
import { Emitter } from './emitter.js';
import { encodeModel, valueInfo } from './messages.js';

/**
 * A program as the bytes of an ONNX model (IR version 9, operator set 18).
 * @throws UserError when a value depends on an input that is not listed, or a name stands twice
 */
export function toModel(program: Program): Uint8Array {
  const given = [...program.inputs.map(inputName), ...Object.keys(program.outputs)];
  const emitter = new Emitter(given);
  const { main } = emitter;
  for (const value of program.inputs) emitter.declareInput(value);
  const outputs = Object.entries(program.outputs);
  const wanted = new Map(
    outputs
      .filter(([, value]) => computed(value).index === 0)
      .map(([name, value]) => [computed(value).operation, name]),
  );
  emitter.emit(
    outputs.map(([, value]) => value),
    wanted,
  );
  const taken = new Set<string>();
  return encodeModel(
    {
      name: 'program',
      output: outputs.map(([name, value]) =>
        valueInfo(emitter.outputName(value, main, taken, name), value.dtype, value.shape),
      ),
      input: program.inputs.map((value) => valueInfo(inputName(value), value.dtype, value.shape)),
      node: main.nodes,
      initializer: main.initializers,
    },
    program.metadata,
  );
}
