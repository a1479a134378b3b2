import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { toModel } from '../../../src/graph/onnx/index.js';
import { gemm, sigmoid } from '../../../src/graph/operators/index.js';
import { input } from '../../../src/graph/value.js';
import { openInPlace } from '../../../src/runtime/in-place/c-interface.node.js';
import { hasKoffi } from '../../../src/runtime/in-place/koffi.node.js';
import { openNative } from '../../../src/runtime/native.node.js';
import { runBeside } from '../../beside.js';

const isThere = hasKoffi();

const [x, w] = [input('x', ['n', 64]), input('w', [64, 48])];
const product = gemm(x, w);
const model = toModel({ inputs: [x, w], outputs: { product, squashed: sigmoid(product) } });

const numbers = (dims: number[], seed: number) => {
  const data = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) =>
    Math.sin(seed + i * 12.9898),
  );
  return new Tensor('float32', data, dims);
};

const memory = () => ({
  product: new Tensor('float32', new Float32Array(5 * 48), [5, 48]),
  squashed: new Tensor('float32', new Float32Array(5 * 48), [5, 48]),
});

test.skipIf(!isThere)(
  'outputs are written where they are wanted, bit for bit as by the binding',
  async () => {
    const feeds = { x: numbers([5, 64], 1), w: numbers([64, 48], 2) };
    const plain = await openNative(model, { threads: 1 }, false);
    const session = await openInPlace(model, { threads: 1, flush: false });
    expect([session.inputNames, session.outputNames]).toEqual([
      plain.inputNames,
      plain.outputNames,
    ]);
    const wanted = await plain.run(feeds);
    const into = memory();
    const { product, squashed } = into;
    const got = await session.run(feeds, into);
    expect([got.product, got.squashed]).toEqual([product, squashed]);
    expect(product.data).toEqual(wanted.product!.data);
    expect(squashed.data).toEqual(wanted.squashed!.data);
    await Promise.all([session.release(), plain.release()]);
  },
);

test.skipIf(!isThere)("a call that cannot be told fails in the runtime's words", async () => {
  const session = await openInPlace(model, { threads: 1, flush: false });
  const narrow = { x: numbers([5, 63], 1), w: numbers([64, 48], 2) };
  await expect(session.run(narrow, memory())).rejects.toThrow(/x.*index: 1 Got: 63 Expected: 64/s);
  await expect(session.run({ x: narrow.x }, memory())).rejects.toThrow("'w' is missing");
  await session.release();
  await expect(openInPlace(model.subarray(0, 50), { flush: false })).rejects.toThrow();
});

/** A program in which no binding holds the runtime's library, and all that nothing refers to is collected. */
const program = `
import { setTimeout } from 'node:timers/promises';
import { dense, reshape, VAE } from './index.js';
import { openInPlace } from './runtime/in-place/c-interface.node.js';
const vae = new VAE({
  ...{ input: [1, 2, 2], latent: 1, encoder: [dense(2)], decoder: [dense(4), reshape([1, 2, 2])] },
});
const session = await openInPlace(vae.exportDecoder(), { threads: 1, flush: false });
for (let i = 0; i < 5; i++) {
  gc();
  await setTimeout(10);
}
const tensor = (...dims) => ({ type: 'float32', dims, data: new Float32Array(4).fill(NaN) });
const image = tensor(1, 1, 2, 2);
await session.run({ z: { type: 'float32', dims: [1, 1], data: new Float32Array(1) } }, { image });
console.log(image.data.every(Number.isFinite));
`;

test.skipIf(!isThere)('the library stays loaded while it is called', async () => {
  expect(await runBeside(program, { flags: ['--expose-gc'] })).toBe('true\n');
});
