import { signal } from '@preact/signals';
import type { Position } from '../storage/database.js';
import type { RunContent } from './content.js';

/** The run that this page trains or has trained, which may not be kept. */
export interface LiveRun {
  /** Id of the run, as `keptRun` takes it. */
  readonly id: string;
  /** Its latest state. @throws UserError when nothing is trained yet */
  snapshot(): Promise<RunContent>;
}

/** The run whose worker this page has. */
export const live = signal<LiveRun | undefined>(undefined);

/** The latest places of runs that train in this browser, by their ids, as far as this page has heard. */
export const latestPlaces = signal<Readonly<Record<string, Position>>>({});

/** A run that trains has come to a place. */
export function hear(id: string, position: Position): void {
  latestPlaces.value = { ...latestPlaces.value, [id]: position };
}
