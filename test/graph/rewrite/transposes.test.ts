import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { open, optimizeProgram, transpose } from '../../../src/graph/index.js';
import { operationsOf } from '../../../src/graph/order.js';
import { input } from '../../../src/graph/value.js';

test.each([
  { shape: [2, 1, 3, 4], order: [0, 2, 1, 3], type: 'Reshape' },
  { shape: ['n', 1, 3, 1], order: [1, 0, 3, 2], type: 'Reshape' },
  { shape: [2, 1, 3, 4], order: [2, 1, 0, 3], type: 'Transpose' },
  { shape: ['n', 1, 3], order: [2, 0, 1], type: 'Transpose' },
])('$shape in the order $order is a $type, of the same numbers', async ({ shape, order, type }) => {
  const x = input('x', shape);
  const plain = { inputs: [x], outputs: { y: transpose(x, order) } };
  const program = optimizeProgram(plain);
  expect(operationsOf(Object.values(program.outputs)).map((each) => each.type)).toContain(type);
  const dims = shape.map((size) => (typeof size === 'number' ? size : 5));
  const count = dims.reduce((product, size) => product * size);
  const data = Float32Array.from({ length: count }, (_, i) => i);
  const [before, after] = await Promise.all(
    [plain, program].map(async (each) => {
      const session = await open(each);
      const { y } = await session.run({ x: new Tensor('float32', data, dims) });
      await session.release();
      return y!;
    }),
  );
  expect(after!.dims).toEqual(order.map((axis) => dims[axis]));
  expect(after!.dims).toEqual(before!.dims);
  expect(after!.data).toEqual(before!.data);
});
