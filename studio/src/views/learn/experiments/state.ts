import { signal } from '@preact/signals';

/** An experiment that trains, or that has. */
export interface Experimenting {
  readonly name: string;
  /** The place of the run that trains, or of the last one. */
  readonly place: number;
  /** Ids of the runs that are done. */
  readonly runs: readonly string[];
  /** `stopped`: a run was paused or failed before all were done. */
  readonly state: 'running' | 'done' | 'stopped';
}

/** The experiment that is shown over all views; undefined when there is none. */
export const experimenting = signal<Experimenting | undefined>(undefined);
