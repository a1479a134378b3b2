/** How often a checkpoint is taken; each that is given counts by itself. */
export interface CheckpointInterval {
  readonly steps?: number | undefined;
  readonly seconds?: number | undefined;
  readonly epochs?: number | undefined;
}

/** Knows when the next checkpoint is due. */
export class CheckpointClock {
  private taken = performance.now();

  constructor(private readonly every: CheckpointInterval = {}) {}

  /** Steps that may be taken before the next that a checkpoint follows. */
  stepsLeft(step: number): number {
    const { steps } = this.every;
    return steps === undefined ? Infinity : steps - (step % steps);
  }

  /**
   * Whether one is due after a step.
   * @param epochEnded the epoch that ended with it
   */
  isDue(step: number, epochEnded?: number): boolean {
    const { steps, seconds, epochs } = this.every;
    return (
      (steps !== undefined && step % steps === 0) ||
      (epochs !== undefined && epochEnded !== undefined && epochEnded % epochs === 0) ||
      (seconds !== undefined && performance.now() - this.taken >= seconds * 1000)
    );
  }

  /** One was taken. */
  restart(): void {
    this.taken = performance.now();
  }
}
