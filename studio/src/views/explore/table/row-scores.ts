import { signal } from '@preact/signals';
import type { LookedAt, RowScores, RowSource } from '../../../model/tables/api.js';
import type { Exploration, ShownData } from '../exploration.js';

/** Rows that are scored in one call, so that the page tells how far it is. */
const chunk = 2000;

/**
 * Draws of the posterior that a row is scored by: as many as the command score takes, and fewer where many
 * rows would take minutes.
 */
const [mostDraws, leastDraws, allDraws] = [100, 10, 1_000_000];

/** Rows that are shown of a ranking. */
const listed = 20;

/** A ranking of rows, the least likely first. */
export interface Ranking {
  readonly scores: RowScores;
  readonly order: Uint32Array;
  /** The score that half of the rows are under. */
  readonly middle: number;
  /** The first rows. */
  readonly first: LookedAt;
}

/** Scores all rows of the data, and ranks them. */
export class RankedRows {
  readonly done = signal(0);
  readonly ranking = signal<Ranking | undefined>(undefined);
  readonly problem = signal<string | undefined>(undefined);
  readonly count: number;
  readonly source: RowSource;
  /** Draws of the posterior for each row. */
  readonly draws: number;
  /** The scores of the rows that are done. */
  private readonly parts: RowScores[] = [];

  constructor(
    private readonly exploration: Exploration,
    { info, part }: ShownData,
  ) {
    this.count = info[part]!.size;
    this.source = { data: info.data, part };
    const affordable = Math.round(allDraws / this.count);
    this.draws = Math.max(leastDraws, Math.min(mostDraws, affordable));
  }

  /** Begins, or goes on where it was stopped. */
  async run(stopped: AbortSignal): Promise<void> {
    const { exploration, source, count, draws, parts } = this;
    if (this.ranking.value) return;
    try {
      const tables = await exploration.tables;
      for (let start = this.done.value; start < count; start += chunk) {
        await exploration.turn();
        if (stopped.aborted) return;
        const end = Math.min(start + chunk, count);
        const scores = await tables.score(exploration.id, source, { start, end, draws });
        if (stopped.aborted) return;
        parts.push(scores);
        this.done.value = end;
      }
      const scores = joined(parts);
      const { values } = scores;
      const order = Uint32Array.from(values, (_, i) => i);
      order.sort((a, b) => values[b]! - values[a]! || a - b);
      const first = await tables.look(exploration.id, source, order.slice(0, listed));
      if (stopped.aborted) return;
      const middle = values[order[Math.floor(count / 2)]!]!;
      this.ranking.value = { scores, order, middle, first };
    } catch (error) {
      if (!stopped.aborted) this.problem.value = (error as Error).message;
    }
  }
}

function joined(parts: readonly RowScores[]): RowScores {
  const all = (of: (part: RowScores) => Float32Array) => {
    const found = parts.map(of);
    const values = new Float32Array(found.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const each of found) {
      values.set(each, at);
      at += each.length;
    }
    return values;
  };
  return { values: all(({ values }) => values), columns: all(({ columns }) => columns) };
}
