import type { Assembler } from './assembler.js';
import { type Memory, registers } from './encoding.js';

/** A part of the filters, whose vectors are in registers together. */
export interface Columns {
  readonly wide: number;
  /** Tells whether the last vector is a part of one. */
  readonly isCut: boolean;
}

/** Vectors of filters that a block has. */
export function wideOf({ vectors: { widest, lanes } }: Assembler, filters: number): number {
  return Math.min(widest, Math.ceil(filters / lanes));
}

/** Tells whether a vector of some columns is cut. */
export function cuts({ wide, isCut }: Columns, vector: number): boolean {
  return isCut && vector === wide - 1;
}

/**
 * Goes over all filters, as many at a time as a block has; rax is overwritten.
 * @param counter a place for the count of blocks that are left
 * @param addresses that go on from block to block
 */
export function overColumns(
  code: Assembler,
  filters: number,
  { counter, addresses }: { readonly counter: Memory; readonly addresses: readonly Memory[] },
  write: (columns: Columns) => void,
): void {
  const { lanes } = code.vectors;
  const wide = wideOf(code, filters);
  const whole = Math.floor(filters / (wide * lanes));
  const rest = filters - whole * wide * lanes;
  const isCut = rest % lanes !== 0;
  if (isCut) code.setCut(rest % lanes, registers.rax);
  if (whole > 0) {
    code.put(registers.rax, whole);
    code.store(counter, registers.rax);
    code.repeat(counter, () => {
      write({ wide, isCut: false });
      for (const address of addresses) code.addTo(address, wide * code.vectorBytes);
    });
  }
  if (rest > 0) write({ wide: Math.ceil(rest / lanes), isCut });
}
