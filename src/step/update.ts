import { type Carry, input, type Value } from '../graph/index.js';
import { type Optimizer, type ScheduleMoment, valueAt } from '../nn/index.js';
import { feedName, mainPlayer } from './keys.js';
import type { Layout } from './layout.js';
import type { Player } from './model.js';
import {
  type Change,
  type Moment,
  type Stage,
  stagesOf,
  type UpdateOptions,
} from './stages/index.js';

/** Settings of players, by name. */
export type PlayerSettings = Readonly<
  Record<string, { readonly optimizer?: Optimizer | undefined }>
>;

/** Settings by which gradients change parameters. */
export interface UpdateSettings extends UpdateOptions {
  /** Moves each player that names no optimizer of its own. */
  readonly optimizer: Optimizer;
  /** Optimizers of players, by name, in the place of the objective's choices. */
  readonly players?: PlayerSettings | undefined;
}

/** The optimizer that moves a player. */
function optimizerOf({ name, optimizer }: Player, settings: UpdateSettings): Optimizer {
  const given = settings.players?.[name]?.optimizer;
  if (given) return given;
  return name === mainPlayer ? settings.optimizer : (optimizer ?? settings.optimizer);
}

/** The stages of each player's update. */
export function updateStages(settings: UpdateSettings): (player: Player) => readonly Stage[] {
  return (player) => stagesOf(optimizerOf(player, settings), settings);
}

/**
 * The piece of a training step after the gradients, for every player.
 * @param parameters by player, a value a group of the layout
 * @param gradients likewise
 * @returns the state that is carried from step to step, and the numbers that `UpdateClock` feeds
 */
export function traceUpdate(
  layout: Layout,
  parameters: readonly (readonly Value[])[],
  gradients: readonly (readonly Value[])[],
): { carried: Carry[]; numbers: Value[] } {
  const carried: Carry[] = [];
  const numbers = new Map<string, Value>();
  const carry = (currents: readonly Value[], nexts: readonly Value[]) => {
    currents.forEach((current, g) => {
      carried.push({ current, next: nexts[g]! });
    });
  };
  layout.players.forEach((player, p) => {
    const before = parameters[p]!;
    let change: Change = { before, after: before, gradients: gradients[p]! };
    const memories: (() => void)[] = [];
    for (const { kind, slots, apply } of player.stages) {
      const held = new Map(slots.map((slot) => [slot, player.inputs({ kind, slot })]));
      change = apply(change, {
        slot: (slot) => held.get(slot)!,
        keep: (slot, next) => memories.push(() => carry(held.get(slot)!, next)),
        number: (name) => {
          const fed = feedName.number(player.name, kind, name);
          const value = numbers.get(fed) ?? input(fed, []);
          numbers.set(fed, value);
          return value;
        },
        weights: (weightOf) => player.packing.weights(weightOf),
      });
    }
    carry(before, change.after);
    for (const keep of memories) keep();
  });
  return { carried, numbers: [...numbers.values()] };
}

/** Tells the numbers of updates: a function of the step's number and the metrics of epochs behind. */
export class UpdateClock {
  /** Batches in an epoch. */
  private readonly batches: number;
  /** Changes of the parameters in an epoch. */
  private readonly changes: number;

  /** @param size number of examples */
  constructor(
    private readonly players: readonly Player[],
    private readonly settings: UpdateSettings & { readonly epochs: number },
    private readonly size: number,
    private readonly batchSize: number,
  ) {
    this.batches = Math.ceil(size / batchSize);
    this.changes = Math.ceil(this.batches / (settings.accumulate ?? 1));
  }

  /** The planned learning rate when so many changes were made. */
  private rateAfter(changes: number, optimizer: Optimizer, history: History): number {
    const { epochs } = this.settings;
    const epoch = changes / this.changes;
    return valueAt(optimizer.learningRate, { steps: changes, epoch, epochs, history });
  }

  /** The planned learning rate of the model at the last change of an epoch. */
  rateAtEndOf(epoch: number, history: History): number {
    return this.rateAfter(epoch * this.changes - 1, this.settings.optimizer, history);
  }

  /** The moment at which an objective's numbers are asked for. @param step counts batches from 1 */
  scheduleMoment(step: number, history: History): ScheduleMoment {
    const steps = step - 1;
    return { steps, epoch: steps / this.batches, epochs: this.settings.epochs, history };
  }

  /** Finds where a step stands. @param step counts batches from 1 */
  private momentOf(step: number): Omit<Moment, 'rate'> {
    const { accumulate = 1 } = this.settings;
    const batch = (step - 1) % this.batches;
    const group = Math.floor(batch / accumulate);
    const examples = (first: number, count: number) =>
      Math.min(count * this.batchSize, this.size - first * this.batchSize);
    return {
      changes: Math.floor((step - 1) / this.batches) * this.changes + group,
      begins: batch % accumulate === 0,
      applies: batch % accumulate === accumulate - 1 || batch === this.batches - 1,
      share: examples(batch, 1) / examples(group * accumulate, accumulate),
    };
  }

  /**
   * The numbers of all stages at a step, by the names that they are fed under.
   * @param step counts batches from 1
   * @param history the epochs behind
   * @param adjust gives the rate in force for a planned one of a player
   */
  numbers(
    step: number,
    history: History,
    adjust: (rate: number, player: string) => number,
  ): Record<string, number> {
    const moment = this.momentOf(step);
    const numbers: Record<string, number> = {};
    for (const player of this.players) {
      const optimizer = optimizerOf(player, this.settings);
      const rate = adjust(this.rateAfter(moment.changes, optimizer, history), player.name);
      for (const stage of stagesOf(optimizer, this.settings)) {
        const own = stage.numbers({ ...moment, rate });
        for (const name in own)
          numbers[feedName.number(player.name, stage.kind, name)] = own[name]!;
      }
    }
    return numbers;
  }
}

/** Metrics of the epochs behind, in order. */
type History = readonly Readonly<Record<string, number>>[];
