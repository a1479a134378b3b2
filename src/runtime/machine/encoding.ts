/*
 * The encoding of instructions for x64 processors with AVX-512 or AVX2, as Intel's "64 and IA-32 Architectures Software
 * Developer's Manual" has it in volume 2.
 */

/** Registers of 64 bits, by their numbers. */
export const registers = {
  rax: 0,
  rcx: 1,
  rdx: 2,
  rbx: 3,
  rsp: 4,
  rbp: 5,
  rsi: 6,
  rdi: 7,
  r8: 8,
  r9: 9,
  r10: 10,
  r11: 11,
  r12: 12,
  r13: 13,
  r14: 14,
  r15: 15,
} as const;

export type Register = (typeof registers)[keyof typeof registers];

/** A place in memory: base + index · scale + offset. */
export interface Memory {
  readonly base: Register;
  readonly index?: Register;
  readonly scale?: 1 | 4 | 8;
  /** In bytes. */
  readonly offset?: number;
}

/** A place in the code. */
export interface Label {
  at?: number;
}

/** Maps of instructions, as their prefix has them. */
export const map = { plain: 1, second: 2, third: 3 } as const;

/** A prefix of an instruction for vectors: none, 66 or F3. */
export const prefix = { none: 0, operand: 1, single: 2 } as const;

/** Instructions for vectors that a processor has. */
export type VectorSet = 'avx512' | 'avx2';

/** An instruction for vectors of 16 numbers, or 8. */
export interface VectorCode {
  readonly map: number;
  readonly prefix: number;
  readonly code: number;
}

/** Bytes of a line of the caches. */
const lineBytes = 64;

/** Bytes of a number. */
export const bytes = 4;

interface Fields {
  /** The register written or, by a store, read. */
  readonly register: number;
  /** A first source, where there is one. */
  readonly source?: number;
  readonly from: number | Memory;
  /** Tells whether one number in memory stands for a whole vector. */
  readonly spreads?: boolean;
  /** A mask's register, 0 for none. */
  readonly mask?: number;
  /** Tells whether lanes outside the mask become 0. */
  readonly clears?: boolean;
  /** Bytes that AVX-512 counts a short offset in. */
  readonly unit: number;
}

export const isMemory = (from: number | Memory): from is Memory => typeof from !== 'number';

/** Bit of a number, turned round as prefixes have it. */
const inverted = (number: number, bit: number) => ((number >> bit) & 1) ^ 1;

/** Writes code, and what belongs to it. */
export class CodeWriter {
  protected readonly written: number[] = [];
  private readonly jumps: { readonly from: number; readonly to: Label }[] = [];
  private readonly tables: { readonly label: Label; readonly numbers: Int32Array }[] = [];

  constructor(protected readonly set: VectorSet) {}

  /** Puts a label here. */
  mark(label: Label): void {
    label.at = this.written.length;
  }

  /** Labels this place, for a jump back. */
  here(): Label {
    return { at: this.written.length };
  }

  /** Fills up to a multiple of 64 bytes. */
  align(): void {
    while (this.written.length % lineBytes !== 0) this.written.push(0);
  }

  /** Has 32-bit numbers behind all code, from a multiple of 64 bytes on. */
  table(label: Label, numbers: Int32Array): void {
    this.tables.push({ label, numbers });
  }

  /** Writes a text that ends with a 0. */
  text(label: Label, text: string): void {
    this.mark(label);
    this.written.push(...new TextEncoder().encode(`${text}\0`));
  }

  /** The code with its tables; runs from any address that is a multiple of 64. */
  assemble(): Uint8Array {
    this.align();
    let size = this.written.length;
    for (const { label, numbers } of this.tables) {
      label.at = size;
      size += Math.ceil(numbers.byteLength / lineBytes) * lineBytes;
    }
    const code = new Uint8Array(size);
    code.set(this.written);
    for (const { label, numbers } of this.tables) {
      code.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), label.at);
    }
    const view = new DataView(code.buffer);
    for (const { from, to } of this.jumps) {
      if (to.at === undefined) throw new Error('A label was never put anywhere');
      view.setInt32(from, to.at - (from + 4), true);
    }
    return code;
  }

  protected long(value: number): void {
    this.written.push(value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255);
  }

  protected jump(to: Label): void {
    this.jumps.push({ from: this.written.length, to });
    this.long(0);
  }

  protected immediate(operation: number, register: Register, value: number): void {
    this.wide(0x81, operation, register);
    this.long(value);
  }

  /** An instruction for 64 bits. */
  protected wide(code: number, field: number, place: Register | Memory): void {
    const base = isMemory(place) ? place.base : place;
    const index = isMemory(place) ? (place.index ?? 0) : 0;
    this.written.push(0x48 | ((field >> 3) << 2) | ((index >> 3) << 1) | (base >> 3), code);
    this.operand(field & 7, place, 1);
  }

  /** An instruction for vectors. */
  protected vector(code: VectorCode, fields: Fields): void {
    if (this.set === 'avx512') this.long512(code, fields);
    else this.long256(code, fields);
  }

  /** An instruction for vectors of 256 bits, by the prefix VEX. */
  private long256({ map, prefix, code }: VectorCode, fields: Fields): void {
    const { register, source = 0, from } = fields;
    const [index, base] = isMemory(from) ? [from.index ?? 0, from.base] : [0, from];
    const length = 1 << 2;
    this.written.push(
      0xc4,
      (inverted(register, 3) << 7) | (inverted(index, 3) << 6) | (inverted(base, 3) << 5) | map,
      ((~source & 15) << 3) | length | prefix,
      code,
    );
    this.operand(register & 7, isMemory(from) ? from : ((from & 7) as Register), 1);
  }

  /** An instruction for vectors of 512 bits, by the prefix EVEX. */
  private long512({ map, prefix, code }: VectorCode, fields: Fields): void {
    const { register, source = 0, from, spreads = false, mask = 0, clears = false, unit } = fields;
    const [high, base] = isMemory(from)
      ? [from.index ? inverted(from.index, 3) : 1, inverted(from.base, 3)]
      : [inverted(from, 4), inverted(from, 3)];
    const second = (inverted(register, 3) << 7) | (high << 6) | (base << 5);
    const length = 2 << 5;
    this.written.push(
      0x62,
      second | (inverted(register, 4) << 4) | map,
      ((~source & 15) << 3) | 4 | prefix,
      (Number(clears) << 7) | length | (Number(spreads) << 4) | (inverted(source, 4) << 3) | mask,
      code,
    );
    this.operand(register & 7, isMemory(from) ? from : ((from & 7) as Register), unit);
  }

  /** The bytes behind a code that tell registers and places. @param unit bytes that a short offset counts in */
  protected operand(field: number, place: Register | Memory, unit: number): void {
    if (!isMemory(place)) {
      this.written.push(0xc0 | (field << 3) | (place & 7));
      return;
    }
    const { base, index, scale = 1, offset = 0 } = place;
    const short = offset / unit;
    const isShort = Number.isInteger(short) && short >= -128 && short <= 127;
    const mode = isShort ? 0x40 : 0x80;
    if (index !== undefined || (base & 7) === registers.rsp) {
      const shift = { 1: 0, 4: 2, 8: 3 }[scale];
      const middle = index === undefined ? 4 : index & 7;
      this.written.push(mode | (field << 3) | 4, (shift << 6) | (middle << 3) | (base & 7));
    } else {
      this.written.push(mode | (field << 3) | (base & 7));
    }
    if (isShort) this.written.push(short & 255);
    else this.long(offset);
  }
}
