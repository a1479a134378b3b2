import { type ReadOptions, readOptionsSchema } from '../data/read-options.js';
import type { ReadingOptions } from './reading.js';

/** How the data is read: as a run's settings have it, with the command line's options over it. */
export function readingOf(options: ReadingOptions, training?: Readonly<Record<string, unknown>>) {
  const { resize, crop, channels, strict, columns, label } = options;
  const named = { resize, crop, channels, strict, columns, label };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  const stored = readOptionsSchema.safeParse(training?.read ?? {});
  return { ...(stored.data as ReadOptions), ...(Object.fromEntries(given) as ReadOptions) };
}
