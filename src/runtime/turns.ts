/** Lets one after another do its work, in the order of asking. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Does the work once all that was asked for before is done, however that ended. */
  take<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }
}
