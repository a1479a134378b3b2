import type { Assembler } from './assembler.js';
import { type Columns, cuts, overColumns, wideOf } from './columns.js';
import { bytes, registers } from './encoding.js';
import { type GatheredProduct, GatherLoops, onStack, pointers, rowsOf } from './gather.js';

const { rax, rcx, rdx } = registers;

/** Writes the code of a product with a weight [taps, channels, filters]. */
class ProductCode {
  private readonly wide: number;
  private readonly rows: number;
  private readonly loops: GatherLoops;

  constructor(
    private readonly code: Assembler,
    private readonly of: GatheredProduct,
  ) {
    const { registers, spreads } = code.vectors;
    const wide = wideOf(code, of.filters);
    const free = registers - wide - (spreads ? 0 : 1);
    const most = Math.min(pointers.length, Math.floor(free / wide));
    this.wide = wide;
    // A block of few rows waits for its weights.
    this.rows = rowsOf(of.phases, most, (rows) => Math.max(rows * wide, rows + wide, 8));
    this.loops = new GatherLoops(code, of, this.rows, of.channels * of.filters * bytes);
  }

  write(): void {
    const { code, of, loops } = this;
    const counter = onStack('columns');
    const addresses = (['weight', 'bias', 'y', 'mask'] as const).map(onStack);
    loops.function(() => {
      overColumns(code, of.filters, { counter, addresses }, (columns) => {
        loops.images(() => {
          this.begin(columns);
          loops.taps(() => this.tap(columns));
          this.put(columns);
        });
      });
    });
  }

  /** Begins the sums of a block. */
  private begin(columns: Columns): void {
    const { code, of, rows } = this;
    const { wide } = columns;
    if (of.hasBias) code.load(rax, onStack('bias'));
    for (let vector = 0; vector < wide; vector++) {
      if (of.hasBias) {
        const place = { base: rax, offset: vector * code.vectorBytes };
        code.loadVector(vector, place, cuts(columns, vector));
      } else code.clearVector(vector);
      for (let row = 1; row < rows; row++) code.copyVector(row * wide + vector, vector);
    }
  }

  /** Adds all channels of a tap. */
  private tap(columns: Columns): void {
    const { code, of, rows } = this;
    const { wide } = columns;
    const weights = rows * wide;
    const spread = weights + wide < code.vectors.registers ? weights + wide : undefined;
    const unrolled = [4, 2, 1].find((count) => of.channels % count === 0)!;
    code.put(rcx, 0);
    const nextChannels = code.here();
    for (let channel = 0; channel < unrolled; channel++) {
      for (let vector = 0; vector < wide; vector++) {
        const offset = channel * of.filters * bytes + vector * code.vectorBytes;
        code.loadVector(weights + vector, { base: rax, offset }, cuts(columns, vector));
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
    const [zero, scratch] = [this.rows * this.wide, this.rows * this.wide + 1] as const;
    if (of.isRectified || of.isMasked) code.clearVector(zero);
    this.loops.writes((row) => {
      for (let vector = 0; vector < wide; vector++) {
        const own = row * wide + vector;
        const isCut = cuts(columns, vector);
        const at = { index: rcx, offset: vector * code.vectorBytes };
        // A maximum keeps its second number where one is none.
        if (of.isRectified) code.maximum(own, zero, own);
        if (of.isMasked) {
          code.keepWherePositive(own, { base: rdx, ...at }, { zero, scratch, isCut });
        }
        code.storeVector({ base: rax, ...at }, own, isCut);
      }
    });
  }
}

/** Writes a product with a weight [taps, channels, filters] as a function: see `GatherLoops.function`. */
export function writeProduct(code: Assembler, product: GatheredProduct): void {
  new ProductCode(code, product).write();
}
