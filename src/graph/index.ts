export { compile, compileLoop } from './compile.js';
export { gradient } from './gradient/index.js';
export { isMeanOver, microbatchSize } from './microbatch/index.js';
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
export { multiplications } from './work.js';
