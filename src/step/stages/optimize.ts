import { type Value, where } from '../../graph/index.js';
import type { Optimizer } from '../../nn/index.js';
import type { Stage } from './stage.js';

/** The last part of a parameter's name: `bias`. */
const lastPart = (name: string) => name.slice(name.lastIndexOf('.') + 1);

/** Moves parameters by an optimizer. */
export function optimizing(optimizer: Optimizer): Stage {
  const { slots, exclude = [] } = optimizer;
  const names = Object.keys(optimizer.scalars(1, 0));
  return {
    kind: 'optimizer',
    slots,
    numbers: ({ changes, rate }) => optimizer.scalars(changes + 1, rate),
    apply(change, memory) {
      const { gradients, before, applies } = change;
      const chosen = (current: Value, next: Value) =>
        applies ? where(applies, next, current) : next;
      const numbers = Object.fromEntries(names.map((name) => [name, memory.number(name)]));
      const decays = memory.weights((name) => (exclude.includes(lastPart(name)) ? 0 : 1));
      const kept = slots.map((slot) => memory.slot(slot));
      const updates = before.map((parameter, g) => {
        const own = Object.fromEntries(slots.map((slot, i) => [slot, kept[i]![g]!]));
        return optimizer.update(gradients[g]!, parameter, own, numbers, decays[g]!);
      });
      slots.forEach((slot, i) => {
        memory.keep(
          slot,
          updates.map((update, g) => chosen(kept[i]![g]!, update.slots[slot]!)),
        );
      });
      const after = updates.map(({ parameter }, g) => chosen(before[g]!, parameter));
      return { ...change, after };
    },
  };
}
