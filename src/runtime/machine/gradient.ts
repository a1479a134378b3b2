import type { Assembler } from './assembler.js';
import { bytes, type Label, registers } from './encoding.js';

/** Pixels and gradients that meet at a tap. */
export interface Meeting {
  /** The pixel that is read for each gradient that the tap meets. */
  readonly reads: Int32Array;
  /** The gradients' pixels. */
  readonly gradients: Int32Array;
}

/**
 * The sum over images and pixels of gathered pixels [images, from, channels] times gradients [images, to, filters]:
 * [taps, channels, filters], a convolution's derivative by its weight.
 */
export interface GatheredGradient {
  readonly channels: number;
  readonly filters: number;
  readonly pixels: readonly [from: number, to: number];
  /** By tap. */
  readonly meetings: readonly Meeting[];
}

const { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi } = registers;

/** Gradients of this many bytes stay in the first cache while all taps meet them. */
const chunkBytes = 16384;

/** Vectors of filters whose sums are in registers together, at the most. */
const widest = { avx512: 4, avx2: 2 };

/** The next pair that meets, the sums of a block, and the blocks of channels that are left. */
const [pairs, sumsAt, left] = [12, 13, 14] as const;

/** Registers that a caller wants back. */
const kept = [rbx, rbp, pairs, sumsAt, left] as const;

/** Places on the stack. */
const stack = { image: 0, meeting: 8, count: 16, wide: 24, sums: 32, x: 40, gradients: 48 };

const stackBytes = 56;

/** Meetings in turn: [count, place of sums, (pixel, gradient) · count], places in bytes. */
function records({ channels, filters, pixels, meetings }: GatheredGradient) {
  const all: number[] = [];
  let count = 0;
  const chunk = Math.max(1, Math.floor(chunkBytes / (filters * bytes)));
  for (let first = 0; first < pixels[1]; first += chunk) {
    for (const [tap, { reads, gradients }] of meetings.entries()) {
      const own: number[] = [];
      for (let i = 0; i < gradients.length; i++) {
        const gradient = gradients[i]!;
        if (gradient < first || gradient >= first + chunk) continue;
        own.push(reads[i]! * channels * bytes, gradient * filters * bytes);
      }
      if (own.length === 0) continue;
      all.push(own.length / 2, tap * channels * filters * bytes, ...own);
      count++;
    }
  }
  return { count, table: Int32Array.from(all) };
}

/** Writes the code of a gradient. */
class GradientCode {
  private readonly table: Label = {};
  /** Vectors of filters whose sums are in registers together. */
  private readonly wide: number;

  constructor(
    private readonly code: Assembler,
    private readonly of: GatheredGradient,
  ) {
    const { lanes, spreads } = code.vectors;
    this.wide = Math.min(spreads ? widest.avx512 : widest.avx2, Math.ceil(of.filters / lanes));
  }

  /** A function of the addresses of pixels (rdi), gradients (rsi) and sums (rcx), and of the number of images (r8). */
  write(): void {
    const { code, of, wide } = this;
    const { lanes } = code.vectors;
    const { count, table } = records(of);
    for (const register of kept) code.push(register);
    code.subtract(rsp, stackBytes);
    code.store({ base: rsp, offset: stack.x }, rdi);
    code.store({ base: rsp, offset: stack.gradients }, rsi);
    code.store({ base: rsp, offset: stack.sums }, rcx);
    code.store({ base: rsp, offset: stack.count }, 8);
    const whole = Math.floor(of.filters / (wide * lanes));
    const rest = of.filters - whole * wide * lanes;
    this.clear();
    if (rest % lanes !== 0) code.setCut(rest % lanes, rax);
    const done: Label = {};
    code.test(8);
    code.jumpIf('zero', done);
    // Where all taps read zeros, nothing is added.
    if (whole > 0 && count > 0) {
      code.put(rax, whole);
      code.store({ base: rsp, offset: stack.wide }, rax);
      const again = code.here();
      this.columns(wide, false, count);
      for (const pointer of [stack.gradients, stack.sums]) {
        code.addTo({ base: rsp, offset: pointer }, wide * code.vectorBytes);
      }
      code.subtract({ base: rsp, offset: stack.wide }, 1);
      code.jumpIf('notZero', again);
    }
    if (rest > 0 && count > 0) this.columns(Math.ceil(rest / lanes), rest % lanes !== 0, count);
    code.mark(done);
    code.endVectors();
    code.add(rsp, stackBytes);
    for (const register of [...kept].reverse()) code.pop(register);
    code.return();
    code.table(this.table, table);
  }

  /** Begins all sums with 0. */
  private clear(): void {
    const { code, of } = this;
    const { lanes } = code.vectors;
    const size = of.meetings.length * of.channels * of.filters;
    code.clearVector(0);
    code.copy(rax, rcx);
    code.put(rdx, Math.floor(size / lanes));
    if (size >= lanes) {
      const again = code.here();
      code.storeVector({ base: rax }, 0);
      code.add(rax, code.vectorBytes);
      code.subtract(rdx, 1);
      code.jumpIf('notZero', again);
    }
    if (size % lanes !== 0) {
      code.setCut(size % lanes, rdx);
      code.storeVector({ base: rax }, 0, true);
    }
  }

  /** Sums up some columns over all images. */
  private columns(wide: number, isCut: boolean, count: number): void {
    const { code, of } = this;
    // As many sums as hide how long one takes to be added to.
    const rows = wide * code.vectors.lanes > 32 || !code.vectors.spreads ? 4 : 8;
    code.load(rdi, { base: rsp, offset: stack.x });
    code.load(rsi, { base: rsp, offset: stack.gradients });
    code.load(rax, { base: rsp, offset: stack.count });
    code.store({ base: rsp, offset: stack.image }, rax);
    const nextImage = code.here();
    code.addressOf(rbx, this.table);
    code.put(rax, count);
    code.store({ base: rsp, offset: stack.meeting }, rax);
    const nextMeeting = code.here();
    code.loadShort(sumsAt, { base: rbx, offset: bytes });
    code.add(sumsAt, { base: rsp, offset: stack.sums });
    code.copy(rbp, rdi);
    const blocks = Math.floor(of.channels / rows);
    if (blocks > 0) {
      code.put(left, blocks);
      const nextRows = code.here();
      this.block(rows, wide, isCut);
      code.add(rbp, rows * bytes);
      code.add(sumsAt, rows * of.filters * bytes);
      code.subtract(left, 1);
      code.jumpIf('notZero', nextRows);
    }
    if (of.channels % rows !== 0) this.block(of.channels % rows, wide, isCut);
    code.loadShort(rcx, { base: rbx });
    code.address(rbx, { base: rbx, index: rcx, scale: 8, offset: 2 * bytes });
    code.subtract({ base: rsp, offset: stack.meeting }, 1);
    code.jumpIf('notZero', nextMeeting);
    code.add(rdi, of.pixels[0] * of.channels * bytes);
    code.add(rsi, of.pixels[1] * of.filters * bytes);
    code.subtract({ base: rsp, offset: stack.image }, 1);
    code.jumpIf('notZero', nextImage);
  }

  /** Adds the gradients that some channels meet at a tap. */
  private block(rows: number, wide: number, isCut: boolean): void {
    const { code, of } = this;
    const sum = (row: number, vector: number) => row * wide + vector;
    const cuts = (vector: number) => isCut && vector === wide - 1;
    const sums = (row: number, vector: number) => ({
      base: sumsAt,
      offset: row * of.filters * bytes + vector * code.vectorBytes,
    });
    const each = (visit: (row: number, vector: number) => void) => {
      for (let row = 0; row < rows; row++) {
        for (let vector = 0; vector < wide; vector++) visit(row, vector);
      }
    };
    each((row, vector) => code.loadVector(sum(row, vector), sums(row, vector), cuts(vector)));
    code.loadShort(rcx, { base: rbx });
    code.address(pairs, { base: rbx, offset: 2 * bytes });
    const gradients = rows * wide;
    const again = code.here();
    code.loadShort(rax, { base: pairs });
    code.loadShort(rdx, { base: pairs, offset: bytes });
    code.add(pairs, 2 * bytes);
    for (let vector = 0; vector < wide; vector++) {
      const place = { base: rsi, index: rdx, offset: vector * code.vectorBytes };
      code.loadVector(gradients + vector, place, cuts(vector));
    }
    for (let row = 0; row < rows; row++) {
      const spread = gradients + wide + (row % 2);
      code.spread(spread, { base: rbp, index: rax, offset: row * bytes });
      for (let vector = 0; vector < wide; vector++) {
        code.multiplyAdd(sum(row, vector), gradients + vector, spread);
      }
    }
    code.subtract(rcx, 1);
    code.jumpIf('notZero', again);
    each((row, vector) => code.storeVector(sums(row, vector), sum(row, vector), cuts(vector)));
  }
}

/** Writes a gradient as a function of machine code. */
export function writeGradient(code: Assembler, gradient: GatheredGradient): void {
  new GradientCode(code, gradient).write();
}
