/** Numbers begin at multiples of so many bytes: a line of the processor's caches. */
const line = 64;

/** Arrays of one length lie so many lines apart from one another beside it, lest all compete for the same sets of a cache. */
const apart = 5;

/** The most bytes: addresses are numbers of 32 bits. */
const mostBytes = 2 ** 32 - 2 ** 16;

/** Addresses of arrays in the memory of a kernel, which computes four numbers at a time. */
export class KernelMemory {
  private end = 0;

  /** The address of so many float32 numbers. */
  place(count: number): number {
    const address = this.end;
    this.end += line * (Math.ceil((4 * count) / line) + (count > 1024 ? apart : 0));
    return address;
  }

  /** Count of numbers that there is room for so far. */
  get length(): number {
    return this.end / 4;
  }

  /** Pages of 64 KiB; undefined where there cannot be so many. */
  get pages(): number | undefined {
    return this.end <= mostBytes ? Math.ceil(this.end / 2 ** 16) : undefined;
  }
}
