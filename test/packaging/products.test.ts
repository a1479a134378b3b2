import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

const loaded = (name: string) =>
  import(new URL(`../../packaging/products/${name}.mjs`, import.meta.url).href);

const { exchanger } = (await loaded('exchange')) as {
  exchanger(): Promise<(bytes: Uint8Array) => Uint8Array>;
};
const exchange = await exchanger();

type Run = (...given: number[]) => number;
const { productsOf } = (await loaded('products')) as {
  productsOf(candidate: { run: Run; memory: { buffer: ArrayBuffer } }): string | undefined;
};

const theirs = await readFile(
  createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'),
);

test('the kernels of a build are exchanged once', () => {
  const exchanged = exchange(theirs);
  expect(WebAssembly.validate(Uint8Array.from(exchanged))).toBe(true);
  expect(Buffer.compare(exchanged, theirs)).not.toBe(0);
  expect(Buffer.compare(exchange(exchanged), exchanged)).toBe(0);
});

test('a build without kernels is refused', () => {
  const empty = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, 10, 1, 0]);
  expect(() => exchange(empty)).toThrow('has 0 kernels that write products');
});

/** A kernel of one row, which errs by `change`. */
function kernelOf(change: 'none' | 'adds' | 'backwards' | 'one too many') {
  const memory = { buffer: new ArrayBuffer(65_536) };
  const values = new Float32Array(memory.buffer);
  const run: Run = (...given) => {
    const [a, b, c] = given.slice(0, 3).map((place) => place / 4) as [number, number, number];
    const [depth, , columns, , , factor] = given.slice(3) as [number, number, number, 0, 0, number];
    const steps = Array.from({ length: depth }, (_, k) => k);
    if (change === 'backwards') steps.reverse();
    for (let column = 0; column < columns; column++) {
      const panel = b + (column >> 4) * 16 * depth + (column & 15);
      let sum = 0;
      for (const k of steps) {
        sum = Math.fround(sum + Math.fround(values[a + k]! * values[panel + 16 * k]!));
      }
      const before = change === 'adds' ? values[c + column]! : 0;
      values[c + column] = before + Math.fround(sum * factor);
    }
    if (change === 'one too many') values[c + columns] = 0;
    return 1;
  };
  return { run, memory };
}

test.each([
  ['none', 'write'],
  ['adds', 'add'],
  ['backwards', undefined],
  ['one too many', undefined],
] as const)('a kernel is known by its bits: %s', (change, kind) => {
  expect(productsOf(kernelOf(change))).toBe(kind);
});
