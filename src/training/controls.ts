import { UserError } from '../base/errors.js';
import { advice } from '../base/suggest.js';
import { mainPlayer, type NumberAt } from '../step/index.js';

/**
 * Numbers that can be changed while training runs: fields of a plain object that is read before each
 * call of the runtime. A number that is not named stays as it is.
 */
export interface Controls {
  /**
   * Takes the place of the player `model`'s learning rate, or of its schedule; null undoes that.
   */
  learningRate?: number | null;
  /** Take the place of the objective's numbers, such as `beta`, by name; null undoes that. */
  schedules?: Readonly<Record<string, number | null>>;
}

/** A change that was made while training ran, as a checkpoint keeps it. */
export interface Change extends Readonly<Controls> {
  /** The first step that saw it. */
  readonly step: number;
  /** A factor of every player's learning rate from then on, beside earlier ones. */
  readonly rateFactor?: number;
}

/** The numbers in force, and how they came to be. */
export class Overrides {
  private readonly made: Change[];
  private learningRate: number | null = null;
  private factor = 1;
  private readonly overrides = new Map<string, number>();

  /** @param changes made before, in order */
  constructor(
    private readonly planned: Readonly<Record<string, NumberAt>>,
    changes: readonly Change[] = [],
  ) {
    this.made = [...changes];
    for (const change of changes) this.take(change);
  }

  get changes(): readonly Change[] {
    return this.made;
  }

  /** The objective's numbers. */
  get schedules(): Readonly<Record<string, NumberAt>> {
    return { ...this.planned, ...Object.fromEntries(this.overrides) };
  }

  /** The learning rate of a player where another was planned. */
  rate(planned: number, player: string): number {
    const given = player === mainPlayer ? this.learningRate : null;
    return (given ?? planned) * this.factor;
  }

  /**
   * Takes over the numbers that controls set.
   * @param step the next one
   * @throws UserError when a number cannot have the value that it is set to
   */
  read(step: number, { learningRate, schedules = {} }: Controls = {}): void {
    const news = Object.entries(schedules).filter(([name, value]) => {
      if (!Object.hasOwn(this.planned, name)) {
        throw new UserError(
          `controls.schedules: there is no '${name}'. ${advice(name, Object.keys(this.planned))}`,
        );
      }
      if (value !== null && !Number.isFinite(value)) {
        throw new UserError(`controls.schedules.${name} is ${value}. Give a finite number.`);
      }
      return value !== (this.overrides.get(name) ?? null);
    });
    const rateChanges = learningRate !== undefined && learningRate !== this.learningRate;
    if (rateChanges && learningRate !== null && !(learningRate >= 0 && learningRate < Infinity)) {
      throw new UserError(`controls.learningRate is ${learningRate}. Give a number from 0.`);
    }
    if (!rateChanges && news.length === 0) return;
    this.record({
      step,
      ...(rateChanges ? { learningRate } : {}),
      ...(news.length > 0 ? { schedules: Object.fromEntries(news) } : {}),
    });
  }

  /** Makes a change and remembers it. */
  record(change: Change): void {
    this.made.push(change);
    this.take(change);
  }

  private take({ learningRate, rateFactor, schedules = {} }: Change): void {
    if (learningRate !== undefined) {
      this.learningRate = learningRate;
      // A rate that the user sets holds as it is, without the factor of rollbacks.
      this.factor = 1;
    }
    this.factor *= rateFactor ?? 1;
    for (const [name, value] of Object.entries(schedules)) {
      if (value === null) this.overrides.delete(name);
      else this.overrides.set(name, value);
    }
  }
}
