import type { Assembler } from './assembler.js';
import { type Columns, cuts, overColumns } from './columns.js';
import { bytes, type Label, type Memory, registers } from './encoding.js';
import type { Gathered } from './gather.js';

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
export interface GatheredGradient extends Gathered {
  /** By tap. */
  readonly meetings: readonly Meeting[];
}

const { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi } = registers;

/** Gradients of this many bytes stay in the first cache while all taps meet them. */
const chunkBytes = 16384;

/** The next pair that meets, the sums of a block, and the blocks of channels that are left. */
const [pairs, sumsAt, left] = [12, 13, 14] as const;

/** Places on the stack. */
const places = ['image', 'meeting', 'count', 'columns', 'sums', 'x', 'gradients'] as const;

const stackBytes = 8 * places.length;

function onStack(place: (typeof places)[number]): Memory {
  return { base: rsp, offset: 8 * places.indexOf(place) };
}

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

  constructor(
    private readonly code: Assembler,
    private readonly of: GatheredGradient,
  ) {}

  /** A function of the addresses of pixels (rdi), gradients (rsi) and sums (rcx), and of the number of images (r8). */
  write(): void {
    const { code, of } = this;
    const { count, table } = records(of);
    code.function(stackBytes, () => {
      code.store(onStack('x'), rdi);
      code.store(onStack('gradients'), rsi);
      code.store(onStack('sums'), rcx);
      code.store(onStack('count'), 8);
      this.clear();
      const done: Label = {};
      code.test(8);
      code.jumpIf('zero', done);
      // Where all taps read zeros, nothing is added.
      if (count > 0) {
        const counter = onStack('columns');
        const addresses = (['gradients', 'sums'] as const).map(onStack);
        overColumns(code, of.filters, { counter, addresses }, (columns) => {
          this.columns(columns, count);
        });
      }
      code.mark(done);
      code.endVectors();
    });
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
      code.repeat(rdx, () => {
        code.storeVector({ base: rax }, 0);
        code.add(rax, code.vectorBytes);
      });
    }
    if (size % lanes !== 0) {
      code.setCut(size % lanes, rdx);
      code.storeVector({ base: rax }, 0, true);
    }
  }

  /** Sums up some columns over all images. */
  private columns(columns: Columns, count: number): void {
    const { code, of } = this;
    const { lanes, spreads } = code.vectors;
    // As many sums as hide how long one takes to be added to.
    const rows = columns.wide * lanes > 32 || !spreads ? 4 : 8;
    code.load(rdi, onStack('x'));
    code.load(rsi, onStack('gradients'));
    code.load(rax, onStack('count'));
    code.store(onStack('image'), rax);
    code.repeat(onStack('image'), () => {
      code.addressOf(rbx, this.table);
      code.put(rax, count);
      code.store(onStack('meeting'), rax);
      code.repeat(onStack('meeting'), () => this.meeting(columns, rows));
      code.add(rdi, of.pixels[0] * of.channels * bytes);
      code.add(rsi, of.pixels[1] * of.filters * bytes);
    });
  }

  /** Adds all that meets at a tap. */
  private meeting(columns: Columns, rows: number): void {
    const { code, of } = this;
    code.loadShort(sumsAt, { base: rbx, offset: bytes });
    code.add(sumsAt, onStack('sums'));
    code.copy(rbp, rdi);
    const blocks = Math.floor(of.channels / rows);
    if (blocks > 0) {
      code.put(left, blocks);
      code.repeat(left, () => {
        this.block(rows, columns);
        code.add(rbp, rows * bytes);
        code.add(sumsAt, rows * of.filters * bytes);
      });
    }
    if (of.channels % rows !== 0) this.block(of.channels % rows, columns);
    code.loadShort(rcx, { base: rbx });
    code.address(rbx, { base: rbx, index: rcx, scale: 8, offset: 2 * bytes });
  }

  /** Adds the gradients that some channels meet at a tap. */
  private block(rows: number, columns: Columns): void {
    const { code, of } = this;
    const { wide } = columns;
    const sum = (row: number, vector: number) => row * wide + vector;
    const sums = (row: number, vector: number) => ({
      base: sumsAt,
      offset: row * of.filters * bytes + vector * code.vectorBytes,
    });
    const each = (visit: (row: number, vector: number) => void) => {
      for (let row = 0; row < rows; row++) {
        for (let vector = 0; vector < wide; vector++) visit(row, vector);
      }
    };
    each((row, vector) =>
      code.loadVector(sum(row, vector), sums(row, vector), cuts(columns, vector)),
    );
    code.loadShort(rcx, { base: rbx });
    code.address(pairs, { base: rbx, offset: 2 * bytes });
    const gradients = rows * wide;
    code.repeat(rcx, () => {
      code.loadShort(rax, { base: pairs });
      code.loadShort(rdx, { base: pairs, offset: bytes });
      code.add(pairs, 2 * bytes);
      for (let vector = 0; vector < wide; vector++) {
        const place = { base: rsi, index: rdx, offset: vector * code.vectorBytes };
        code.loadVector(gradients + vector, place, cuts(columns, vector));
      }
      for (let row = 0; row < rows; row++) {
        const spread = gradients + wide + (row % 2);
        code.spread(spread, { base: rbp, index: rax, offset: row * bytes });
        for (let vector = 0; vector < wide; vector++) {
          code.multiplyAdd(sum(row, vector), gradients + vector, spread);
        }
      }
    });
    each((row, vector) =>
      code.storeVector(sums(row, vector), sum(row, vector), cuts(columns, vector)),
    );
  }
}

/** Writes a gradient as a function of machine code. */
export function writeGradient(code: Assembler, gradient: GatheredGradient): void {
  new GradientCode(code, gradient).write();
}
