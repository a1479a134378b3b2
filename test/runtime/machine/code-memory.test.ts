import { expect, test } from 'vitest';
import { loadKoffi } from '../../../src/runtime/in-place/koffi.node.js';
import { Assembler } from '../../../src/runtime/machine/assembler.js';
import { placeCode } from '../../../src/runtime/machine/code-memory.node.js';
import { type Label, registers } from '../../../src/runtime/machine/encoding.js';
import { runsMachineCode, vectorSets } from '../../../src/runtime/machine/processor.node.js';

const isThere = runsMachineCode();

/** Calls a function that has two whole numbers. */
function call(write: (code: Assembler) => void, ...given: readonly [number, number]): number {
  const code = new Assembler('avx2');
  write(code);
  const placed = placeCode(code.assemble());
  const koffi = loadKoffi();
  const run = koffi.decode(placed.address, koffi.proto('int64_t (int64_t a, int64_t b)'));
  const result = Number((run as (a: number, b: number) => number)(...given));
  placed.free();
  return result;
}

const { rax, rdi, rsi } = registers;

test.skipIf(!isThere)('placed code is called', () => {
  const sum = (code: Assembler) => {
    code.copy(rax, rdi);
    code.addRegister(rax, rsi);
    code.return();
  };
  expect(call(sum, 40, 2)).toBe(42);
  expect(call(sum, -7, 3)).toBe(-4);
});

test.skipIf(!isThere)('jumps, tables and quotients', () => {
  // Sums up a table's numbers from a place on, and divides by the other number.
  const write = (code: Assembler) => {
    const table: Label = {};
    code.addressOf(8, table);
    code.put(rax, 0);
    const again = code.here();
    code.loadShort(9, { base: 8, index: rdi, scale: 4 });
    code.addRegister(rax, 9);
    code.add(rdi, 1);
    code.compare(rdi, 4);
    code.jumpIf('below', again);
    code.divide(rsi);
    code.return();
    code.table(table, Int32Array.of(100, -2, 30, 5));
  };
  expect(call(write, 0, 3)).toBe(44);
  expect(call(write, 2, 4)).toBe(8);
});

test('a label that stands nowhere is told', () => {
  const code = new Assembler('avx512');
  code.jumpTo({});
  expect(() => code.assemble()).toThrow('A label was never put anywhere');
});

test.skipIf(isThere)('without koffi, Linux, x64 or AVX2 there is no machine code', () => {
  const { platform, arch } = process;
  expect([platform, arch].join() !== 'linux,x64' || vectorSets().length < 2).toBe(true);
});
