import type { Assembler } from './assembler.js';
import { bytes, type Register, registers } from './encoding.js';
import type { PermutationPlan } from './plan.js';

const { rax, rdx, rdi } = registers;

/**
 * Writes a permutation of three axes as a function of two addresses: it reads at rdi and writes at rcx. The runtime
 * moves several axes number by number too, and takes four times as long.
 */
export function writePermutation(code: Assembler, { sizes, order }: PermutationPlan): void {
  const strides = [sizes[1]! * sizes[2]!, sizes[2]!, 1];
  const [outer, middle, inner] = order.map((axis) => ({
    size: sizes[axis]!,
    stride: strides[axis]! * bytes,
  }));
  const over = (counter: Register, size: number, each: () => void) => {
    code.put(counter, size);
    code.repeat(counter, each);
  };
  const [writes, ofOuter, ofMiddle] = [registers.rcx, rdi, registers.rsi];
  over(9, outer!.size, () => {
    code.copy(ofMiddle, ofOuter);
    over(10, middle!.size, () => {
      code.copy(8, ofMiddle);
      over(rax, inner!.size, () => {
        code.loadShort(rdx, { base: 8 });
        code.storeShort({ base: writes }, rdx);
        code.add(8, inner!.stride);
        code.add(writes, bytes);
      });
      code.add(ofMiddle, middle!.stride);
    });
    code.add(ofOuter, outer!.stride);
  });
  code.return();
}
