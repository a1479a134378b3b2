import type { Assembler } from './assembler.js';
import { bytes, registers } from './encoding.js';
import { type GatheredProduct, GatherLoops, onStack, pointers, rowsOf } from './gather.js';

const { rax, rcx, rdx } = registers;

/** Vectors of channels that are added without a jump back. */
const mostUnrolled = 8;

/**
 * Writes the code of a product of few filters, with a weight [filters, taps, channels]: a vector has channels, whose
 * products are summed up at the end.
 */
class NarrowCode {
  private readonly rows: number;
  private readonly loops: GatherLoops;
  /** Bytes of the weight of a filter. */
  private readonly filterBytes: number;

  /** @param taps of the weight */
  constructor(
    private readonly code: Assembler,
    private readonly of: GatheredProduct,
    taps: number,
  ) {
    const { filters } = of;
    const most = Math.floor((code.vectors.registers - filters - 1) / filters);
    this.rows = rowsOf(of.phases, Math.min(pointers.length, most), (rows) => rows + 2);
    this.loops = new GatherLoops(code, of, this.rows, of.channels * bytes);
    this.filterBytes = taps * of.channels * bytes;
  }

  write(): void {
    const { code, loops } = this;
    loops.function(() => {
      loops.images(() => {
        for (let sum = 0; sum < this.rows * this.of.filters; sum++) code.clearVector(sum);
        loops.taps(() => this.tap());
        this.put();
      });
    });
  }

  /** Adds all channels of a tap. */
  private tap(): void {
    const { code, of, rows } = this;
    const { filters } = of;
    const weights = rows * filters;
    const pixel = weights + filters;
    const vectors = of.channels / code.vectors.lanes;
    const unrolled = [mostUnrolled, 4, 2, 1].find((count) => vectors % count === 0)!;
    code.put(rcx, 0);
    const next = code.here();
    for (let vector = 0; vector < unrolled; vector++) {
      const at = { index: rcx, offset: vector * code.vectorBytes };
      for (let filter = 0; filter < filters; filter++) {
        const offset = filter * this.filterBytes + at.offset;
        code.loadVector(weights + filter, { base: rax, index: rcx, offset });
      }
      for (let row = 0; row < rows; row++) {
        code.loadVector(pixel, { base: pointers[row]!, ...at });
        for (let filter = 0; filter < filters; filter++) {
          code.multiplyAdd(row * filters + filter, weights + filter, pixel);
        }
      }
    }
    code.add(rcx, unrolled * code.vectorBytes);
    code.compare(rcx, of.channels * bytes);
    code.jumpIf('below', next);
  }

  /** Sums up the vectors of a block, and writes the sums. */
  private put(): void {
    const { code, of, rows } = this;
    const { filters } = of;
    const sums = rows * filters;
    const [other, zero] = [sums, sums + 1];
    for (let sum = 0; sum < sums; sum++) code.sumUp(sum, other);
    if (of.hasBias) code.load(rdx, onStack('bias'));
    if (of.isRectified) code.clearVector(zero);
    this.loops.writes((row) => {
      for (let filter = 0; filter < filters; filter++) {
        const sum = row * filters + filter;
        if (of.hasBias) {
          code.spread(other, { base: rdx, offset: filter * bytes });
          code.addVector(sum, sum, other);
        }
        if (of.isRectified) code.maximum(sum, zero, sum);
        code.storeFirst({ base: rax, index: rcx, offset: filter * bytes }, sum);
      }
    });
  }
}

/**
 * Writes a product of few filters, with a weight [filters, taps, channels], as a function: see `GatherLoops.function`.
 * Channels fill whole vectors; there is no mask.
 * @param taps of the weight
 */
export function writeNarrow(code: Assembler, product: GatheredProduct, taps: number): void {
  new NarrowCode(code, product, taps).write();
}
