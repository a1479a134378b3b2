import type { Operation, Value } from './value.js';

/** A map by values: two objects stand for one value where they are the same output of one operation. */
export class ValueMap<T> {
  private readonly entries = new Map<Operation, Map<number, T>>();

  get({ operation, index }: Value): T | undefined {
    return this.entries.get(operation)?.get(index);
  }

  has({ operation, index }: Value): boolean {
    return this.entries.get(operation)?.has(index) ?? false;
  }

  set({ operation, index }: Value, entry: T): void {
    const ofOperation = this.entries.get(operation) ?? new Map<number, T>();
    this.entries.set(operation, ofOperation.set(index, entry));
  }
}
