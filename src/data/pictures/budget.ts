/** Lets costly work wait until the work under way leaves room for it. */
export class Budget {
  #used = 0;
  readonly #waiting: { readonly cost: number; readonly start: () => void }[] = [];

  /** @param limit cost of all work under way; an action that costs more runs alone */
  constructor(private readonly limit: number) {}

  /** The result of the action, begun in the order of calls. */
  async run<T>(cost: number, action: () => Promise<T>): Promise<T> {
    const share = Math.min(cost, this.limit);
    if (this.#waiting.length > 0 || this.#used + share > this.limit) {
      await new Promise<void>((start) => this.#waiting.push({ cost: share, start }));
    } else this.#used += share;
    try {
      return await action();
    } finally {
      this.#used -= share;
      for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
        if (this.#used + next.cost > this.limit) break;
        this.#used += next.cost;
        this.#waiting.shift();
        next.start();
      }
    }
  }
}
