import type { KnownCell } from './known-cells.js';

/** Finds cells by their bytes, so that the text of a word that comes often is decoded once. */
export class CellIndex {
  readonly #cells: KnownCell[] = [];
  #starts = new Uint32Array(64);
  #lengths = new Uint8Array(64);
  #bytes = new Uint8Array(1024);
  #used = 0;
  /** Places in `#cells`, from 1, by hash; 0 where there is none. At most half are taken. */
  #slots = new Int32Array(128);

  /** The cell of the same bytes. */
  find(bytes: Uint8Array, start: number, end: number): KnownCell | undefined {
    const place = this.#slots[this.#slotOf(bytes, start, end - start)]!;
    return place === 0 ? undefined : this.#cells[place - 1];
  }

  /** Keeps a cell of fewer than 256 bytes that is not there yet. */
  add(bytes: Uint8Array, start: number, end: number, cell: KnownCell): void {
    const length = end - start;
    const count = this.#cells.length;
    if (count === this.#starts.length) this.#grow();
    if (this.#used + length > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes.subarray(start, end), this.#used);
    this.#starts[count] = this.#used;
    this.#lengths[count] = length;
    this.#used += length;
    this.#cells.push(cell);
    this.#slots[this.#slotOf(bytes, start, length)] = count + 1;
  }

  /** The slot that holds the cell of these bytes, or the free one where it belongs. */
  #slotOf(bytes: Uint8Array, start: number, length: number): number {
    // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
    let hash = 0x811c9dc5;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes[start + i]!, 0x01000193);
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const place = this.#slots[slot]!;
      if (place === 0 || this.#isAt(place - 1, bytes, start, length)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #isAt(place: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (this.#lengths[place] !== length) return false;
    const from = this.#starts[place]!;
    for (let i = 0; i < length; i++) {
      if (this.#bytes[from + i] !== bytes[start + i]) return false;
    }
    return true;
  }

  #grow(): void {
    const count = this.#starts.length;
    const starts = new Uint32Array(count * 2);
    const lengths = new Uint8Array(count * 2);
    starts.set(this.#starts);
    lengths.set(this.#lengths);
    this.#starts = starts;
    this.#lengths = lengths;
    this.#slots = new Int32Array(count * 4);
    for (let place = 0; place < count; place++) {
      const slot = this.#slotOf(this.#bytes, starts[place]!, lengths[place]!);
      this.#slots[slot] = place + 1;
    }
  }
}
