/**
 * Tensor programs: values made by operators, their gradients, and their way into ONNX Runtime.
 *
 * - `value.ts`: values, operations and shapes; `program.ts`: values with named inputs and outputs, and
 *   steps that repeat; `origin.ts`: the part of the model that an operation belongs to
 * - `operators/`: the operators; `gradient/`: their derivatives; `rewrite/`: programs in the form that
 *   runs fastest; `onnx/`: programs as ONNX models; `microbatch/`: batches cut into microbatches
 * - `kernel/`: updates of a state as a kernel in WebAssembly; `assembly/`: whole steps of small models as one
 * - `compile.ts`: all of this, from a program to a session; `order.ts`: the order of a program's
 *   operations; `work.ts`: how many multiplications they take; `footprint.ts`: how many bytes
 */
export {
  compile,
  compileLoop,
  findDouble,
  machineLoop,
  machineProgram,
  open,
  openLoop,
  openRankedLoop,
  optimizeLoop,
  optimizeProgram,
  toMachineModel,
} from './compile.js';
export { workingBytes } from './footprint.js';
export { gradient } from './gradient/index.js';
export {
  isMeanOver,
  microbatchSize,
  mixingPart,
  type Parted,
  partedOver,
} from './microbatch/index.js';
export { toLoopModel, toModel } from './onnx/index.js';
export * from './operators/index.js';
export { type Origin, within } from './origin.js';
export {
  type Carry,
  type LoopProgram,
  type Microbatches,
  type Program,
  resultsOf,
  type Values,
} from './program.js';
export {
  type Attribute,
  type Attributes,
  constant,
  type Dimension,
  type DType,
  formatShape,
  input,
  type Operand,
  type Operation,
  parseDimension,
  type Shape,
  size,
  Value,
} from './value.js';
export { convolves, multiplications } from './work.js';
