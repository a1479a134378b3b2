/** Intervals at which a checkpoint is taken; each that is given counts by itself. */
export interface CheckpointInterval {
  readonly steps?: number | undefined;
  readonly seconds?: number | undefined;
  readonly epochs?: number | undefined;
}

/** Knows when the next checkpoint is due. */
export class CheckpointClock {
  private taken = performance.now();

  constructor(private readonly every: CheckpointInterval = {}) {}

  /** Steps from here up to the next one that ends with a checkpoint. */
  stepsLeft(step: number): number {
    const { steps } = this.every;
    return steps === undefined ? Infinity : steps - (step % steps);
  }

  /**
   * Tells whether a checkpoint is due after a step.
   * @param epochEnded the epoch that ended with the step
   */
  isDue(step: number, epochEnded?: number): boolean {
    const { steps, seconds, epochs } = this.every;
    return (
      (steps !== undefined && step % steps === 0) ||
      (epochs !== undefined && epochEnded !== undefined && epochEnded % epochs === 0) ||
      (seconds !== undefined && performance.now() - this.taken >= seconds * 1000)
    );
  }

  /** Counts seconds anew, after a checkpoint. */
  restart(): void {
    this.taken = performance.now();
  }
}
