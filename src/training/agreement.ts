import { UserError } from '../base/errors.js';
import { gathered, ofFirst, type Ranks } from '../runtime/ranks/ranks.js';

/** Digits of plain data, few enough to be a number of any kind: 32-bit FNV-1a over its text. */
function digest(value: unknown): number {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(JSON.stringify(value))) {
    state = Math.imul(state ^ byte, 0x01000193);
  }
  return state >>> 0;
}

/** A moment at which ranks look at one another. */
interface Moment {
  /** Tells whether this rank was told to stop. */
  readonly stops: boolean;
  /** Steps of the next call, as this rank would have it. */
  readonly steps: number;
  /** Numbers that the first rank was told to change. */
  readonly controls: unknown;
}

/**
 * Agreement between ranks. Losses, gradients and so parameters are the same on all of them. Decisions
 * made from these need no message: early stopping, the best epoch, numbers that are not finite. Signals,
 * clocks and controls are each rank's own. One process agrees with itself.
 */
export class Agreement {
  constructor(private readonly ranks: Ranks | undefined) {}

  /** Tells whether something holds on any rank. */
  async any(own: boolean): Promise<boolean> {
    if (!this.ranks) return own;
    const counts = Float64Array.of(own ? 1 : 0);
    await this.ranks.sum(counts);
    return counts[0]! > 0;
  }

  /** Agrees before a call whether any rank is to stop, with how many steps and which controls to go on. */
  async next<T extends Moment>(own: T): Promise<T> {
    const { ranks } = this;
    if (!ranks) return own;
    const isFirst = ranks.rank === 0;
    const changes = isFirst && own.controls !== undefined ? 1 : 0;
    const sums = Float64Array.of(own.stops ? 1 : 0, isFirst ? own.steps : 0, changes);
    await ranks.sum(sums);
    const [stopping, steps, changing] = sums as unknown as [number, number, number];
    const controls = changing > 0 ? await ofFirst(ranks, own.controls) : undefined;
    return { ...own, stops: stopping > 0, steps, controls };
  }

  /** Fills in numbers of which each rank has some, and 0 for the others. */
  async fill(values: Float64Array): Promise<void> {
    await this.ranks?.sum(values);
  }

  /**
   * Checks that all ranks begin alike.
   * @param value plain data
   * @throws UserError when another rank has other data than the first one
   */
  async require(value: unknown): Promise<void> {
    const { ranks } = this;
    if (!ranks) return;
    const digests = await gathered(ranks, digest(value));
    const other = digests.findIndex((each) => each !== digests[0]);
    if (other < 0) return;
    throw new UserError(
      `Rank ${other} has other settings, data or parameters than rank 0. Start all ranks by one command, with files that all machines see.`,
    );
  }
}
