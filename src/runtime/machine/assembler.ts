import {
  bytes,
  CodeWriter,
  isMemory,
  type Label,
  type Memory,
  map,
  prefix,
  type Register,
  type VectorCode,
  vectorBytes,
} from './encoding.js';

/** Conditions of jumps, by their codes. */
const conditions = { below: 0x2, notZero: 0x5, zero: 0x4 } as const;

type Condition = keyof typeof conditions;

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

/** Writes the instructions that loops over products need, one after the other. */
export class Assembler extends CodeWriter {
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
}
