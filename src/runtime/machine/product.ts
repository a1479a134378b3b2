import { type Assembler, type Label, lanes, type Register, registers, vectorBytes } from './assembler.js';

/*
 * The indirect convolution (Dukhan 2019, "The Indirect Convolution Algorithm"): a product of gathered pixels and weights,
 * which reads pixels where they lie, by a table of their places, in the place of a matrix of patches. A block of pixels and
 * filters stays in registers while all its taps and channels are added up.
 */

/** Rows of an output that read the same taps. */
export interface Phase {
  /** Taps of the weight, in the order in which they are added up. */
  readonly taps: readonly number[];
  /** The pixel that each tap of each row reads, −1 for zeros: [rows · taps]. */
  readonly reads: Int32Array;
  /** The pixel of the output that each row makes. */
  readonly writes: Int32Array;
}

/** A product of gathered pixels [images, from, channels] and a weight [taps, channels, filters]: [images, to, filters]. */
export interface GatheredProduct {
  readonly channels: number;
  readonly filters: number;
  /** Pixels of an image that is read, and of one that is made. */
  readonly pixels: readonly [from: number, to: number];
  readonly phases: readonly Phase[];
  readonly hasBias: boolean;
  readonly isRectified: boolean;
  /** Whether numbers become 0 where those of a mask [images, to, filters] are not above 0. */
  readonly isMasked: boolean;
}

const { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi } = registers;

/** Pointers to the pixels of a block. */
const pointers: readonly Register[] = [8, 9, 10, 11, 12, 13, 14, 15];

/** Vectors of filters that a block has at most. */
const widest = 4;

/** Registers for vectors. */
const vectorCount = 32;

/** Registers that a caller wants back. */
const kept: readonly Register[] = [rbx, rbp, 12, 13, 14, 15];

const bytes = 4;

/** Words on the stack, by their offsets: what the loops need beside registers. */
const stack = {
  ...{ image: 0, output: 8, count: 16, block: 24, bias: 32, wide: 40, weight: 48, x: 56, y: 64 },
  ...{ mask: 72, maskImage: 80 },
};

const stackBytes = 88;

/** Rows of a block: as many as fit the registers, with few computed twice at a phase's end. */
function rowsOf(phases: readonly Phase[], wide: number): number {
  const most = Math.min(pointers.length, Math.floor((vectorCount - wide) / wide));
  let best = { rows: 1, cost: Infinity };
  for (let rows = most; rows >= Math.ceil(most / 2); rows--) {
    // A block of few rows waits for its weights.
    const each = Math.max(rows * wide, rows + wide, 8);
    const cost = phases.reduce((sum, { writes, taps }) => {
      return sum + Math.ceil(writes.length / rows) * each * taps.length;
    }, 0);
    if (cost < best.cost) best = { rows, cost };
  }
  return best.rows;
}

/**
 * The blocks of all phases one after the other: [taps, (weight, pixels · rows) · taps, outputs · rows], in bytes. A
 * phase's last block begins earlier where rows are left over, and makes some of them again.
 */
function records({ channels, filters, phases }: GatheredProduct, rows: number) {
  const all: number[] = [];
  let blocks = 0;
  for (const { taps, reads, writes } of phases) {
    for (let first = 0; first < writes.length; first += rows) {
      const own = Array.from({ length: rows }, (_, row) =>
        Math.max(0, Math.min(first, writes.length - rows)) + row,
      ).map((row) => Math.min(row, writes.length - 1));
      all.push(taps.length);
      for (const [i, tap] of taps.entries()) {
        all.push(tap * channels * filters * bytes);
        for (const row of own) {
          const pixel = reads[row * taps.length + i]!;
          all.push(pixel < 0 ? -1 : pixel * channels * bytes);
        }
      }
      for (const row of own) all.push(writes[row]! * filters * bytes);
      blocks++;
    }
  }
  return { blocks, table: Int32Array.from(all) };
}

/** A part of the filters, whose vectors are in registers together. */
interface Columns {
  readonly wide: number;
  /** Whether the last vector is a part of one. */
  readonly isCut: boolean;
}

/** Writes the code of a product. */
class ProductCode {
  private readonly table: Label = {};
  private readonly zeros: Label = {};

  constructor(
    private readonly code: Assembler,
    private readonly of: GatheredProduct,
  ) {}

  /**
   * A function of the addresses of pixels (rdi), weight (rsi), bias (rdx) and output (rcx), of the number of images
   * (r8), and of the address of the mask (r9).
   */
  write(): void {
    const { code, of } = this;
    const wide = Math.min(widest, Math.ceil(of.filters / lanes));
    const rows = rowsOf(of.phases, wide);
    const { blocks, table } = records(of, rows);
    for (const register of kept) code.push(register);
    code.subtract(rsp, stackBytes);
    code.store({ base: rsp, offset: stack.x }, rdi);
    code.store({ base: rsp, offset: stack.weight }, rsi);
    code.store({ base: rsp, offset: stack.bias }, rdx);
    code.store({ base: rsp, offset: stack.y }, rcx);
    code.store({ base: rsp, offset: stack.count }, 8);
    const done: Label = {};
    code.test(8);
    code.jumpIf('zero', done);
    code.store({ base: rsp, offset: stack.mask }, 9);
    code.addressOf(rbp, this.zeros);
    const whole = Math.floor(of.filters / (wide * lanes));
    const rest = of.filters - whole * wide * lanes;
    if (rest % lanes !== 0) {
      code.set(rax, (1 << (rest % lanes)) - 1);
      code.setMask(1, rax);
    }
    if (whole > 0) {
      code.set(rax, whole);
      code.store({ base: rsp, offset: stack.wide }, rax);
      const again = code.here();
      this.columns({ wide, isCut: false }, rows, blocks);
      for (const pointer of [stack.weight, stack.bias, stack.y, stack.mask]) {
        code.addTo({ base: rsp, offset: pointer }, wide * vectorBytes);
      }
      code.subtract({ base: rsp, offset: stack.wide }, 1);
      code.jumpIf('notZero', again);
    }
    if (rest > 0) {
      this.columns({ wide: Math.ceil(rest / lanes), isCut: rest % lanes !== 0 }, rows, blocks);
    }
    code.endVectors();
    code.mark(done);
    code.add(rsp, stackBytes);
    for (const register of [...kept].reverse()) code.pop(register);
    code.return();
    code.table(this.table, table);
    code.table(this.zeros, new Int32Array(Math.max(of.channels, lanes)));
  }

  /** Computes some columns of all images. */
  private columns(columns: Columns, rows: number, blocks: number): void {
    const { code, of } = this;
    code.load(rdi, { base: rsp, offset: stack.x });
    code.load(rsi, { base: rsp, offset: stack.weight });
    code.load(rax, { base: rsp, offset: stack.y });
    code.store({ base: rsp, offset: stack.output }, rax);
    code.load(rax, { base: rsp, offset: stack.mask });
    code.store({ base: rsp, offset: stack.maskImage }, rax);
    code.load(rax, { base: rsp, offset: stack.count });
    code.store({ base: rsp, offset: stack.image }, rax);
    const nextImage = code.here();
    code.addressOf(rbx, this.table);
    code.set(rax, blocks);
    code.store({ base: rsp, offset: stack.block }, rax);
    const nextBlock = code.here();
    this.block(columns, rows);
    code.subtract({ base: rsp, offset: stack.block }, 1);
    code.jumpIf('notZero', nextBlock);
    code.add(rdi, of.pixels[0] * of.channels * bytes);
    for (const pointer of [stack.output, stack.maskImage]) {
      code.addTo({ base: rsp, offset: pointer }, of.pixels[1] * of.filters * bytes);
    }
    code.subtract({ base: rsp, offset: stack.image }, 1);
    code.jumpIf('notZero', nextImage);
  }

  /** Computes a block of pixels. */
  private block({ wide, isCut }: Columns, rows: number): void {
    const { code, of } = this;
    const sum = (row: number, vector: number) => row * wide + vector;
    const mask = (vector: number) => (isCut && vector === wide - 1 ? 1 : 0);
    if (of.hasBias) code.load(rax, { base: rsp, offset: stack.bias });
    for (let vector = 0; vector < wide; vector++) {
      if (of.hasBias) {
        const place = { base: rax, offset: vector * vectorBytes };
        code.loadVector(sum(0, vector), place, mask(vector));
      } else code.clearVector(sum(0, vector));
      for (let row = 1; row < rows; row++) code.copyVector(sum(row, vector), sum(0, vector));
    }
    code.loadShort(rdx, { base: rbx });
    code.add(rbx, bytes);
    const nextTap = code.here();
    this.tap({ wide, isCut }, rows);
    code.subtract(rdx, 1);
    code.jumpIf('notZero', nextTap);
    this.put({ wide, isCut }, rows);
  }

  /** Writes the numbers of a block. */
  private put({ wide, isCut }: Columns, rows: number): void {
    const { code, of } = this;
    code.load(rax, { base: rsp, offset: stack.output });
    if (of.isMasked) code.load(rdx, { base: rsp, offset: stack.maskImage });
    const zero = vectorCount - 1;
    if (of.isRectified || of.isMasked) code.clearVector(zero);
    for (let row = 0; row < rows; row++) {
      code.loadShort(rcx, { base: rbx, offset: row * bytes });
      for (let vector = 0; vector < wide; vector++) {
        const own = row * wide + vector;
        const mask = isCut && vector === wide - 1 ? 1 : 0;
        const offset = vector * vectorBytes;
        // A maximum keeps its second number where one is none.
        if (of.isRectified) code.maximum(own, zero, own);
        if (of.isMasked) code.keepWherePositive(own, zero, { base: rdx, index: rcx, offset }, mask);
        code.storeVector({ base: rax, index: rcx, offset }, own, mask);
      }
    }
    code.add(rbx, rows * bytes);
  }

  /** Adds one tap of all channels. */
  private tap({ wide, isCut }: Columns, rows: number): void {
    const { code, of } = this;
    const weights = rows * wide;
    const spread = weights + wide < vectorCount ? weights + wide : undefined;
    code.loadShort(rax, { base: rbx });
    code.addRegister(rax, rsi);
    for (let row = 0; row < rows; row++) {
      const pointer = pointers[row]!;
      code.loadShort(pointer, { base: rbx, offset: (1 + row) * bytes });
      code.test(pointer);
      code.address(pointer, { base: rdi, index: pointer });
      code.copyIfNegative(pointer, rbp);
    }
    code.add(rbx, (1 + rows) * bytes);
    const unrolled = [4, 2, 1].find((count) => of.channels % count === 0)!;
    code.set(rcx, 0);
    const nextChannels = code.here();
    for (let channel = 0; channel < unrolled; channel++) {
      for (let vector = 0; vector < wide; vector++) {
        const offset = channel * of.filters * bytes + vector * vectorBytes;
        const mask = isCut && vector === wide - 1 ? 1 : 0;
        code.loadVector(weights + vector, { base: rax, offset }, mask);
      }
      for (let row = 0; row < rows; row++) {
        const pixel = {
          base: pointers[row]!,
          index: rcx,
          scale: 4 as const,
          offset: channel * bytes,
        };
        if (spread !== undefined) code.spread(spread, pixel);
        for (let vector = 0; vector < wide; vector++) {
          code.multiplyAdd(row * wide + vector, weights + vector, spread ?? pixel);
        }
      }
    }
    code.add(rax, unrolled * of.filters * bytes);
    code.add(rcx, unrolled);
    code.compare(rcx, of.channels);
    code.jumpIf('below', nextChannels);
  }
}

/** Writes a product as a function of machine code. */
export function writeProduct(code: Assembler, product: GatheredProduct): void {
  new ProductCode(code, product).write();
}
