export { compile, compileLoop, open, openLoop, optimizeLoop, optimizeProgram } from './compile.js';
export { toLoopModel, toModel } from './emit.js';
export { workingBytes } from './footprint.js';
export { gradient } from './gradient.js';
export * from './operators/index.js';
export { type Origin, within } from './origin.js';
export { partSize } from './parts.js';
export {
  type Carry,
  type LoopProgram,
  type Parts,
  type Program,
  resultsOf,
  type Values,
} from './program.js';
export { isMeanOver } from './separable.js';
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
