import type { Assembler } from './assembler.js';
import { bytes, registers, vectorBytes } from './encoding.js';
import { type GatheredProduct, GatherLoops, onStack, pointers, rowsOf } from './gather.js';
import { lanes } from './plan.js';

const { rax, rcx, rdx } = registers;

/** Vectors of filters that a block has at most. */
const widest = 4;

/** Registers for vectors. */
const vectorCount = 32;

/** The register of zeros while numbers are written. */
const zero = vectorCount - 1;

/** The mask of the filters that a last vector has. */
const cutMask = 1;

/** A part of the filters, whose vectors are in registers together. */
interface Columns {
  readonly wide: number;
  /** Whether the last vector is a part of one. */
  readonly isCut: boolean;
}

/** Writes the code of a product with a weight [taps, channels, filters]. */
class ProductCode {
  private readonly wide: number;
  private readonly rows: number;
  private readonly loops: GatherLoops;

  constructor(
    private readonly code: Assembler,
    private readonly of: GatheredProduct,
  ) {
    const wide = Math.min(widest, Math.ceil(of.filters / lanes));
    const most = Math.min(pointers.length, Math.floor((vectorCount - wide) / wide));
    this.wide = wide;
    // A block of few rows waits for its weights.
    this.rows = rowsOf(of.phases, most, (rows) => Math.max(rows * wide, rows + wide, 8));
    this.loops = new GatherLoops(code, of, this.rows, of.channels * of.filters * bytes);
  }

  write(): void {
    const { code, of, wide } = this;
    this.loops.function(() => {
      const whole = Math.floor(of.filters / (wide * lanes));
      const rest = of.filters - whole * wide * lanes;
      if (rest % lanes !== 0) {
        code.set(rax, (1 << (rest % lanes)) - 1);
        code.setMask(cutMask, rax);
      }
      if (whole > 0) {
        code.set(rax, whole);
        code.store(onStack('columns'), rax);
        const again = code.here();
        this.columns({ wide, isCut: false });
        for (const place of ['weight', 'bias', 'y', 'mask'] as const) {
          code.addTo(onStack(place), wide * vectorBytes);
        }
        code.subtract(onStack('columns'), 1);
        code.jumpIf('notZero', again);
      }
      if (rest > 0) this.columns({ wide: Math.ceil(rest / lanes), isCut: rest % lanes !== 0 });
    });
  }

  /** Computes some columns of all images. */
  private columns(columns: Columns): void {
    this.loops.images(() => {
      this.begin(columns);
      this.loops.taps(() => this.tap(columns));
      this.put(columns);
    });
  }

  private maskOf({ wide, isCut }: Columns, vector: number): number {
    return isCut && vector === wide - 1 ? cutMask : 0;
  }

  /** Begins the sums of a block. */
  private begin(columns: Columns): void {
    const { code, of, rows } = this;
    const { wide } = columns;
    if (of.hasBias) code.load(rax, onStack('bias'));
    for (let vector = 0; vector < wide; vector++) {
      if (of.hasBias) {
        const place = { base: rax, offset: vector * vectorBytes };
        code.loadVector(vector, place, this.maskOf(columns, vector));
      } else code.clearVector(vector);
      for (let row = 1; row < rows; row++) code.copyVector(row * wide + vector, vector);
    }
  }

  /** Adds all channels of a tap. */
  private tap(columns: Columns): void {
    const { code, of, rows } = this;
    const { wide } = columns;
    const weights = rows * wide;
    const spread = weights + wide < vectorCount ? weights + wide : undefined;
    const unrolled = [4, 2, 1].find((count) => of.channels % count === 0)!;
    code.set(rcx, 0);
    const nextChannels = code.here();
    for (let channel = 0; channel < unrolled; channel++) {
      for (let vector = 0; vector < wide; vector++) {
        const offset = channel * of.filters * bytes + vector * vectorBytes;
        code.loadVector(weights + vector, { base: rax, offset }, this.maskOf(columns, vector));
      }
      for (let row = 0; row < rows; row++) {
        const at = { index: rcx, scale: 4 as const, offset: channel * bytes };
        const pixel = { base: pointers[row]!, ...at };
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

  /** Writes the numbers of a block. */
  private put(columns: Columns): void {
    const { code, of } = this;
    const { wide } = columns;
    if (of.isRectified || of.isMasked) code.clearVector(zero);
    this.loops.writes((row) => {
      for (let vector = 0; vector < wide; vector++) {
        const own = row * wide + vector;
        const mask = this.maskOf(columns, vector);
        const at = { index: rcx, offset: vector * vectorBytes };
        // A maximum keeps its second number where one is none.
        if (of.isRectified) code.maximum(own, zero, own);
        if (of.isMasked) code.keepWherePositive(own, zero, { base: rdx, ...at }, mask);
        code.storeVector({ base: rax, ...at }, own, mask);
      }
    });
  }
}

/** Writes a product with a weight [taps, channels, filters] as a function: see `GatherLoops.function`. */
export function writeProduct(code: Assembler, product: GatheredProduct): void {
  new ProductCode(code, product).write();
}
