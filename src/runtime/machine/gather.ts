import type { Assembler } from './assembler.js';
import { bytes, type Label, type Memory, type Register, registers } from './encoding.js';

/*
 * The loops of an indirect convolution (Dukhan 2019, "The Indirect Convolution Algorithm"): pixels are read where they lie,
 * by a table of their places, in the place of a matrix of patches. Some rows of the output are a block, whose sums stay in
 * registers while all taps and channels are added up.
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

/** Sizes of a convolution. */
export interface Gathered {
  readonly channels: number;
  readonly filters: number;
  /** Pixels of an image that is read, and of the output's image. */
  readonly pixels: readonly [from: number, to: number];
}

/** A product of gathered pixels [images, from, channels] and a weight: [images, to, filters]. */
export interface GatheredProduct extends Gathered {
  readonly phases: readonly Phase[];
  readonly hasBias: boolean;
  /** Tells whether numbers below 0 become 0. */
  readonly isRectified: boolean;
  /** Tells whether numbers become 0 where those of a mask [images, to, filters] are not above 0. */
  readonly isMasked: boolean;
}

const { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi } = registers;

/** Pointers to the pixels of a block. */
export const pointers: readonly Register[] = [8, 9, 10, 11, 12, 13, 14, 15];

/** Places on the stack that loops need beside registers. */
const places = ['image', 'block', 'columns', 'count', 'outputs', 'masks'] as const;

type Place = (typeof places)[number] | Argument;

/** Addresses that a function is given. */
const args = ['x', 'weight', 'bias', 'y', 'mask'] as const;

type Argument = (typeof args)[number];

const stackBytes = 8 * (places.length + args.length);

/** A place on the stack. */
export function onStack(place: Place): Memory {
  return { base: rsp, offset: 8 * [...places, ...args].indexOf(place) };
}

/** Writes the loops of a product. */
export class GatherLoops {
  private readonly table: Label = {};
  private readonly zeros: Label = {};
  private readonly blocks: number;
  private readonly records: Int32Array;

  /**
   * @param rows of a block
   * @param tapBytes bytes of the weight from one tap to the next
   */
  constructor(
    private readonly code: Assembler,
    private readonly of: GatheredProduct,
    private readonly rows: number,
    tapBytes: number,
  ) {
    const { blocks, table } = this.recordsOf(tapBytes);
    this.blocks = blocks;
    this.records = table;
  }

  /**
   * The blocks of all phases one after the other: [taps, (weight, pixels · rows) · taps, outputs · rows], in bytes. A
   * phase's last block begins earlier where rows are left over, and makes some of them again.
   */
  private recordsOf(tapBytes: number) {
    const { rows, of } = this;
    const { channels, filters, phases } = of;
    const all: number[] = [];
    let blocks = 0;
    for (const { taps, reads, writes } of phases) {
      const last = writes.length - 1;
      for (let next = 0; next < writes.length; next += rows) {
        const first = Math.max(0, Math.min(next, writes.length - rows));
        const own = Array.from({ length: rows }, (_, row) => Math.min(first + row, last));
        all.push(taps.length);
        for (const [i, tap] of taps.entries()) {
          const pixels = own.map((row) => reads[row * taps.length + i]!);
          all.push(tap * tapBytes);
          all.push(...pixels.map((pixel) => (pixel < 0 ? -1 : pixel * channels * bytes)));
        }
        all.push(...own.map((row) => writes[row]! * filters * bytes));
        blocks++;
      }
    }
    return { blocks, table: Int32Array.from(all) };
  }

  /**
   * A function of the addresses of pixels (rdi), weight (rsi), bias (rdx) and output (rcx), of the number of images
   * (r8), and of the address of the mask (r9).
   */
  function(write: () => void): void {
    const { code, of } = this;
    code.function(stackBytes, () => {
      const done: Label = {};
      code.test(8);
      code.jumpIf('zero', done);
      for (const [i, register] of ([rdi, rsi, rdx, rcx, 9] as const).entries()) {
        code.store(onStack(args[i]!), register);
      }
      code.store(onStack('count'), 8);
      code.addressOf(rbp, this.zeros);
      write();
      code.endVectors();
      code.mark(done);
    });
    code.table(this.table, this.records);
    code.table(this.zeros, new Int32Array(Math.max(of.channels, code.vectors.lanes)));
  }

  /** Goes over all blocks of all images. */
  images(block: () => void): void {
    const { code, of } = this;
    code.load(rdi, onStack('x'));
    code.load(rsi, onStack('weight'));
    for (const [place, start] of [
      ['outputs', 'y'],
      ['masks', 'mask'],
      ['image', 'count'],
    ] as const) {
      code.load(rax, onStack(start));
      code.store(onStack(place), rax);
    }
    code.repeat(onStack('image'), () => {
      code.addressOf(rbx, this.table);
      code.put(rax, this.blocks);
      code.store(onStack('block'), rax);
      code.repeat(onStack('block'), block);
      code.add(rdi, of.pixels[0] * of.channels * bytes);
      for (const place of ['outputs', 'masks'] as const) {
        code.addTo(onStack(place), of.pixels[1] * of.filters * bytes);
      }
    });
  }

  /** Goes over all taps of a block, with the weight's address in rax and the pixels' in `pointers`. */
  taps(add: () => void): void {
    const { code, rows } = this;
    code.loadShort(rdx, { base: rbx });
    code.add(rbx, bytes);
    code.repeat(rdx, () => {
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
      add();
    });
  }

  /**
   * Goes over the rows of a block that are to be written, with the place of each in rcx, the output's address in rax, and
   * the mask's in rdx where there is one.
   */
  writes(write: (row: number) => void): void {
    const { code, rows } = this;
    code.load(rax, onStack('outputs'));
    if (this.of.isMasked) code.load(rdx, onStack('masks'));
    for (let row = 0; row < rows; row++) {
      code.loadShort(rcx, { base: rbx, offset: row * bytes });
      write(row);
    }
    code.add(rbx, rows * bytes);
  }
}

/**
 * Rows of a block: as many as fit, with few computed twice at a phase's end.
 * @param most rows for which there are registers
 * @param costOf time that a tap of a block takes
 */
export function rowsOf(
  phases: readonly Phase[],
  most: number,
  costOf: (rows: number) => number,
): number {
  const choices = Array.from({ length: most }, (_, i) => {
    const rows = most - i;
    const cost = phases.reduce((sum, { writes, taps }) => {
      return sum + Math.ceil(writes.length / rows) * costOf(rows) * taps.length;
    }, 0);
    return { rows, cost };
  });
  return choices.reduce((best, each) => (each.cost < best.cost ? each : best)).rows;
}
