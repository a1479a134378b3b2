/*
 * An assembler for x64 processors with AVX-512, of the instructions that loops over products need. Encodings are those of
 * Intel's "64 and IA-32 Architectures Software Developer's Manual", volume 2.
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

/** Conditions of jumps, by their codes. */
const conditions = { below: 0x2, notZero: 0x5, zero: 0x4 } as const;

type Condition = keyof typeof conditions;

/** Maps of instructions, as their prefix has them. */
const map = { plain: 1, second: 2, third: 3 } as const;

/** A prefix of an instruction for vectors: none, 66 or F3. */
const prefix = { none: 0, operand: 1, single: 2 } as const;

/** An instruction for vectors of 16 numbers. */
interface VectorCode {
  readonly map: number;
  readonly prefix: number;
  readonly code: number;
}

const vector = {
  load: { map: map.plain, prefix: prefix.none, code: 0x10 },
  store: { map: map.plain, prefix: prefix.none, code: 0x11 },
  add: { map: map.plain, prefix: prefix.none, code: 0x58 },
  storeOne: { map: map.plain, prefix: prefix.single, code: 0x11 },
  maximum: { map: map.plain, prefix: prefix.none, code: 0x5f },
  compare: { map: map.plain, prefix: prefix.none, code: 0xc2 },
  differ: { map: map.plain, prefix: prefix.operand, code: 0xef },
  moveQuarters: { map: map.third, prefix: prefix.operand, code: 0x23 },
  moveNumbers: { map: map.third, prefix: prefix.operand, code: 0x04 },
  spread: { map: map.second, prefix: prefix.operand, code: 0x18 },
  multiplyAdd: { map: map.second, prefix: prefix.operand, code: 0xb8 },
} as const satisfies Record<string, VectorCode>;

/** Bytes of a vector. */
export const vectorBytes = 64;

/** Bytes of a number. */
export const bytes = 4;

/** Numbers of a vector. */
export const lanes = 16;

interface Fields {
  /** The register written or, by a store, read. */
  readonly register: number;
  /** A first source, where there is one. */
  readonly source?: number;
  readonly from: number | Memory;
  /** Whether one number in memory stands for a whole vector. */
  readonly spreads?: boolean;
  /** A mask's register, 0 for none. */
  readonly mask?: number;
  /** Whether lanes outside the mask become 0. */
  readonly clears?: boolean;
  /** Bytes that a short offset counts in. */
  readonly unit: number;
}

const isMemory = (from: number | Memory): from is Memory => typeof from !== 'number';

/** Bit of a number, turned round as prefixes have it. */
const inverted = (number: number, bit: number) => ((number >> bit) & 1) ^ 1;

/** Writes instructions one after the other. */
export class Assembler {
  private readonly written: number[] = [];
  private readonly jumps: { readonly from: number; readonly to: Label }[] = [];

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
    while (this.written.length % vectorBytes !== 0) this.written.push(0);
  }

  /** Writes 32-bit numbers, from a multiple of 64 bytes on. */
  table(label: Label, numbers: Int32Array): void {
    this.align();
    this.mark(label);
    for (const number of numbers) this.long(number);
  }

  /** Writes a text that ends with a 0. */
  text(label: Label, text: string): void {
    this.mark(label);
    this.written.push(...new TextEncoder().encode(`${text}\0`));
  }

  /** The code with its tables; runs from any address that is a multiple of 64. */
  assemble(): Uint8Array {
    const code = Uint8Array.from(this.written);
    const view = new DataView(code.buffer);
    for (const { from, to } of this.jumps) {
      if (to.at === undefined) throw new Error('A label was never put anywhere');
      view.setInt32(from, to.at - (from + 4), true);
    }
    return code;
  }

  // --- Numbers and addresses

  copy(to: Register, from: Register): void {
    this.wide(0x89, from, to);
  }

  load(to: Register, from: Memory): void {
    this.wide(0x8b, to, from);
  }

  store(to: Memory, from: Register): void {
    this.wide(0x89, from, to);
  }

  /** A signed number of 32 bits. */
  loadShort(to: Register, from: Memory): void {
    this.wide(0x63, to, from);
  }

  /** The lower 32 bits. */
  storeShort(to: Memory, from: Register): void {
    const { base } = to;
    this.written.push(0x40 | ((from >> 3) << 2) | (base >> 3), 0x89);
    this.operand(from & 7, to, 1);
  }

  /** The address itself; changes no flag. */
  address(to: Register, of: Memory): void {
    this.wide(0x8d, to, of);
  }

  /** The address of a label. */
  addressOf(to: Register, label: Label): void {
    this.written.push(0x48 | ((to >> 3) << 2), 0x8d, ((to & 7) << 3) | 5);
    this.jump(label);
  }

  set(to: Register, value: number): void {
    this.wide(0xc7, 0, to);
    this.long(value);
  }

  add(to: Register, amount: number | Memory): void {
    if (isMemory(amount)) this.wide(0x03, to, amount);
    else this.immediate(0, to, amount);
  }

  addTo(to: Memory, amount: number): void {
    this.wide(0x81, 0, to);
    this.long(amount);
  }

  addRegister(to: Register, from: Register): void {
    this.wide(0x01, from, to);
  }

  subtract(from: Register | Memory, amount: number): void {
    this.wide(0x81, 5, from);
    this.long(amount);
  }

  compare(register: Register, value: number): void {
    this.immediate(7, register, value);
  }

  /** Sets flags by the sign of a number. */
  test(register: Register): void {
    this.wide(0x85, register, register);
  }

  /** Copies where the last test found a number below 0. */
  copyIfNegative(to: Register, from: Register): void {
    this.written.push(0x48 | ((to >> 3) << 2) | (from >> 3), 0x0f, 0x48);
    this.written.push(0xc0 | ((to & 7) << 3) | (from & 7));
  }

  multiply(to: Register, from: Register, by: number): void {
    this.wide(0x69, to, from);
    this.long(by);
  }

  /** The quotient of rax and a register in rax; rdx is overwritten. */
  divide(by: Register): void {
    this.written.push(0x31, 0xd2);
    this.wide(0xf7, 6, by);
  }

  push(register: Register): void {
    if (register > 7) this.written.push(0x41);
    this.written.push(0x50 | (register & 7));
  }

  pop(register: Register): void {
    if (register > 7) this.written.push(0x41);
    this.written.push(0x58 | (register & 7));
  }

  // --- Jumps

  jumpTo(label: Label): void {
    this.written.push(0xe9);
    this.jump(label);
  }

  jumpIf(condition: Condition, label: Label): void {
    this.written.push(0x0f, 0x80 | conditions[condition]);
    this.jump(label);
  }

  call(target: Memory | Label): void {
    if ('base' in target) {
      this.wide(0xff, 2, target);
      return;
    }
    this.written.push(0xe8);
    this.jump(target);
  }

  return(): void {
    this.written.push(0xc3);
  }

  // --- Vectors

  /** @param mask of lanes that are read; the others become 0 */
  loadVector(to: number, from: Memory, mask = 0): void {
    this.vector(vector.load, { register: to, from, mask, clears: mask > 0, unit: vectorBytes });
  }

  storeVector(to: Memory, from: number, mask = 0): void {
    this.vector(vector.store, { register: from, from: to, mask, unit: vectorBytes });
  }

  /** Stores the first number of a vector. */
  storeFirst(to: Memory, from: number): void {
    this.vector(vector.storeOne, { register: from, from: to, unit: bytes });
  }

  copyVector(to: number, from: number): void {
    this.vector(vector.load, { register: to, from, unit: vectorBytes });
  }

  clearVector(vectorRegister: number): void {
    const same = { register: vectorRegister, source: vectorRegister, from: vectorRegister };
    this.vector(vector.differ, { ...same, unit: vectorBytes });
  }

  /** Fills a vector with one number. */
  spread(to: number, from: Memory): void {
    this.vector(vector.spread, { register: to, from, unit: bytes });
  }

  /** to ← to + a · b. @param b a vector, or one number in memory for all lanes */
  multiplyAdd(to: number, a: number, b: number | Memory): void {
    const spreads = isMemory(b);
    this.vector(vector.multiplyAdd, { register: to, source: a, from: b, spreads, unit: bytes });
  }

  addVector(to: number, a: number, b: number): void {
    this.vector(vector.add, { register: to, source: a, from: b, unit: vectorBytes });
  }

  /** Puts the sum of a vector's numbers in all its places. @param other a register for halves of it */
  sumUp(sum: number, other: number): void {
    const halves = 0x4e;
    const neighbours = 0xb1;
    for (const order of [halves, neighbours]) {
      const fields = { register: other, source: sum, from: sum, unit: vectorBytes };
      this.vector(vector.moveQuarters, fields);
      this.written.push(order);
      this.addVector(sum, sum, other);
    }
    for (const order of [halves, neighbours]) {
      this.vector(vector.moveNumbers, { register: other, from: sum, unit: vectorBytes });
      this.written.push(order);
      this.addVector(sum, sum, other);
    }
  }

  maximum(to: number, a: number, b: number): void {
    this.vector(vector.maximum, { register: to, source: a, from: b, unit: vectorBytes });
  }

  /** Puts 0 in the place of numbers where others in memory are not above 0. @param mask as in `loadVector` */
  keepWherePositive(numbers: number, zero: number, others: Memory, mask = 0): void {
    const positive = 2;
    const isBelow = 0x11;
    const fields = { register: positive, source: zero, from: others, mask, unit: vectorBytes };
    this.vector(vector.compare, fields);
    this.written.push(isBelow);
    const kept = { mask: positive, clears: true, unit: vectorBytes };
    this.vector(vector.load, { register: numbers, from: numbers, ...kept });
  }

  /** A mask's register from the lowest bits of a register. */
  setMask(mask: number, from: Register): void {
    if (from > 7) throw new RangeError('Masks are set from the first eight registers');
    this.written.push(0xc5, 0xf8, 0x92, 0xc0 | (mask << 3) | from);
  }

  /** Lets code that uses shorter vectors run at its speed again. */
  endVectors(): void {
    this.written.push(0xc5, 0xf8, 0x77);
  }

  // --- Encoding

  private long(value: number): void {
    this.written.push(value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255);
  }

  private jump(to: Label): void {
    this.jumps.push({ from: this.written.length, to });
    this.long(0);
  }

  private immediate(operation: number, register: Register, value: number): void {
    this.wide(0x81, operation, register);
    this.long(value);
  }

  /** An instruction for 64 bits. */
  private wide(code: number, field: number, place: Register | Memory): void {
    const base = isMemory(place) ? place.base : place;
    const index = isMemory(place) ? (place.index ?? 0) : 0;
    this.written.push(0x48 | ((field >> 3) << 2) | ((index >> 3) << 1) | (base >> 3), code);
    this.operand(field & 7, place, 1);
  }

  /** An instruction for vectors of 512 bits, by the prefix EVEX. */
  private vector({ map, prefix, code }: VectorCode, fields: Fields): void {
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
  private operand(field: number, place: Register | Memory, unit: number): void {
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
