import { concat, slice } from '../operators/index.js';
import type { Value } from '../value.js';
import type { Rules } from './rewrite.js';

/**
 * Every WebGPU adapter lets a shader use eight storage buffers
 * (https://www.w3.org/TR/webgpu/#limits); an operator's other side takes one of them.
 */
const mostOperands = 7;

function inGroups(values: readonly Value[], axis: number): Value {
  if (values.length <= mostOperands) return concat(values, axis);
  const groups: Value[] = [];
  for (let start = 0; start < values.length; start += mostOperands) {
    groups.push(concat(values.slice(start, start + mostOperands), axis));
  }
  return inGroups(groups, axis);
}

/** Operators with many inputs or outputs as several with few. */
export const bufferRules: Rules = {
  Split: ({ inputs, outputs, attributes }) => {
    if (outputs.length <= mostOperands) return undefined;
    const axis = attributes.axis as number;
    let end = 0;
    return outputs.map(({ shape }) => {
      const start = end;
      end += shape[axis] as number;
      return slice(inputs[0]!, [{ axis, start, end }]);
    });
  },
  Concat: ({ inputs, attributes }) =>
    inputs.length <= mostOperands
      ? undefined
      : [inGroups(inputs as readonly Value[], attributes.axis as number)],
};
