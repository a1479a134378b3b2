import {
  bytes,
  CodeWriter,
  isMemory,
  type Label,
  type Memory,
  map,
  prefix,
  type Register,
  registers,
  type VectorCode,
  type VectorSet,
} from './encoding.js';

/** Registers that a caller wants back. */
const kept: readonly Register[] = [registers.rbx, registers.rbp, 12, 13, 14, 15];

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
  and: { map: map.plain, prefix: prefix.none, code: 0x54 },
  loadSome: { map: map.second, prefix: prefix.operand, code: 0x2c },
  storeSome: { map: map.second, prefix: prefix.operand, code: 0x2e },
  moveHalves: { map: map.third, prefix: prefix.operand, code: 0x06 },
  moveQuarters: { map: map.third, prefix: prefix.operand, code: 0x23 },
  moveNumbers: { map: map.third, prefix: prefix.operand, code: 0x04 },
  spread: { map: map.second, prefix: prefix.operand, code: 0x18 },
  multiplyAdd: { map: map.second, prefix: prefix.operand, code: 0xb8 },
} as const satisfies Record<string, VectorCode>;

/** Vectors of an instruction set. */
interface Vectors {
  /** Numbers of a vector. */
  readonly lanes: number;
  /** Registers that may be used freely. */
  readonly registers: number;
  /** Tells whether a product takes one number in memory for a whole vector. */
  readonly spreads: boolean;
  /** Vectors of filters that a block has at most: with many, pixels are read less often, and with few, weights. */
  readonly widest: number;
}

const sets: Readonly<Record<VectorSet, Vectors>> = {
  avx512: { lanes: 16, registers: 32, spreads: true, widest: 4 },
  // The last register is the mask of a vector that is cut.
  avx2: { lanes: 8, registers: 15, spreads: false, widest: 2 },
};

/** Registers of masks, of AVX-512's own kind: of a vector that is cut, and of a comparison. */
const masks = { cut: 1, compared: 2 };

/** The register that is the mask of a vector that is cut with AVX2. */
const cutVector = 15;

/** Orders of the parts of a vector: halves exchanged, and neighbours. */
const orders = { halves: 0x4e, neighbours: 0xb1 };

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

  put(to: Register, value: number): void {
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

  /** The quotient of rax and a register in rax; rdx is overwritten. */
  divide(by: Register): void {
    this.written.push(0x31, 0xd2);
    this.wide(0xf7, 6, by);
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

  // --- Loops and functions

  /** Repeats code as often as a counter says, which counts down from 1 or more. */
  repeat(counter: Register | Memory, write: () => void): void {
    const again = this.here();
    write();
    this.subtract(counter, 1);
    this.jumpIf('notZero', again);
  }

  /** A function that uses all registers, and so many bytes of the stack. */
  function(stackBytes: number, write: () => void): void {
    for (const register of kept) this.wordOnStack(0x50, register);
    this.subtract(registers.rsp, stackBytes);
    write();
    this.add(registers.rsp, stackBytes);
    for (const register of [...kept].reverse()) this.wordOnStack(0x58, register);
    this.return();
  }

  private wordOnStack(code: number, register: Register): void {
    if (register > 7) this.written.push(0x41);
    this.written.push(code | (register & 7));
  }

  // --- Vectors

  get vectors(): Vectors {
    return sets[this.set];
  }

  /** Bytes of a vector. */
  get vectorBytes(): number {
    return this.vectors.lanes * bytes;
  }

  /** Sets how many numbers a vector has that is cut. @param scratch a register that is overwritten */
  setCut(count: number, scratch: Register): void {
    if (this.set === 'avx512') {
      this.put(scratch, (1 << count) - 1);
      this.written.push(0xc5, 0xf8, 0x92, 0xc0 | (masks.cut << 3) | scratch);
      return;
    }
    const lanes = Int32Array.from({ length: this.vectors.lanes }, (_, i) => (i < count ? -1 : 0));
    const label: Label = {};
    this.table(label, lanes);
    this.addressOf(scratch, label);
    this.loadVector(cutVector, { base: scratch });
  }

  /** @param isCut whether numbers behind the cut are not read, and become 0 */
  loadVector(to: number, from: Memory, isCut = false): void {
    const unit = this.vectorBytes;
    if (isCut && this.set === 'avx2') {
      this.vector(vector.loadSome, { register: to, source: cutVector, from, unit });
      return;
    }
    const mask = isCut ? masks.cut : 0;
    this.vector(vector.load, { register: to, from, mask, clears: isCut, unit });
  }

  /** @param isCut whether numbers behind the cut are not written */
  storeVector(to: Memory, from: number, isCut = false): void {
    const unit = this.vectorBytes;
    if (isCut && this.set === 'avx2') {
      this.vector(vector.storeSome, { register: from, source: cutVector, from: to, unit });
      return;
    }
    this.vector(vector.store, { register: from, from: to, mask: isCut ? masks.cut : 0, unit });
  }

  /** Stores the first number of a vector. */
  storeFirst(to: Memory, from: number): void {
    this.vector(vector.storeOne, { register: from, from: to, unit: bytes });
  }

  copyVector(to: number, from: number): void {
    this.between(vector.load, to, 0, from);
  }

  clearVector(register: number): void {
    this.between(vector.differ, register, register, register);
  }

  /** Fills a vector with one number. */
  spread(to: number, from: Memory): void {
    this.vector(vector.spread, { register: to, from, unit: bytes });
  }

  /** to ← to + a · b. @param b a vector, or one number in memory for all places: see `Vectors.spreads` */
  multiplyAdd(to: number, a: number, b: number | Memory): void {
    const spreads = isMemory(b);
    this.vector(vector.multiplyAdd, { register: to, source: a, from: b, spreads, unit: bytes });
  }

  addVector(to: number, a: number, b: number): void {
    this.between(vector.add, to, a, b);
  }

  /** Puts the sum of a vector's numbers in all its places. @param other a register for parts of it */
  sumUp(sum: number, other: number): void {
    const { halves, neighbours } = orders;
    const outer: readonly (readonly [VectorCode, number])[] =
      this.set === 'avx512'
        ? [
            [vector.moveQuarters, halves],
            [vector.moveQuarters, neighbours],
          ]
        : [[vector.moveHalves, 1]];
    for (const [code, order] of outer) {
      this.between(code, other, sum, sum);
      this.written.push(order);
      this.addVector(sum, sum, other);
    }
    for (const order of [halves, neighbours]) {
      this.between(vector.moveNumbers, other, 0, sum);
      this.written.push(order);
      this.addVector(sum, sum, other);
    }
  }

  maximum(to: number, a: number, b: number): void {
    this.between(vector.maximum, to, a, b);
  }

  /**
   * Puts 0 in the place of numbers where others in memory are not above 0.
   * @param zero a register of zeros
   * @param scratch a register that is overwritten
   */
  keepWherePositive(
    numbers: number,
    others: Memory,
    { zero, scratch, isCut }: { readonly zero: number; readonly scratch: number; isCut: boolean },
  ): void {
    const isBelow = 0x11;
    const unit = this.vectorBytes;
    if (this.set === 'avx2') {
      this.loadVector(scratch, others, isCut);
      this.between(vector.compare, scratch, zero, scratch);
      this.written.push(isBelow);
      this.between(vector.and, numbers, numbers, scratch);
      return;
    }
    const { compared, cut } = masks;
    const mask = isCut ? cut : 0;
    this.vector(vector.compare, { register: compared, source: zero, from: others, mask, unit });
    this.written.push(isBelow);
    const kept = { mask: compared, clears: true, unit };
    this.vector(vector.load, { register: numbers, from: numbers, ...kept });
  }

  /** Lets code that uses shorter vectors run at its speed again. */
  endVectors(): void {
    this.written.push(0xc5, 0xf8, 0x77);
  }

  /** An instruction of registers alone. */
  private between(code: VectorCode, to: number, a: number, b: number): void {
    this.vector(code, { register: to, source: a, from: b, unit: this.vectorBytes });
  }
}
