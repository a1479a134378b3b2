import { UserError } from '../base/errors.js';
import { parseJson } from '../base/json.js';
import type { EpochMetrics } from '../training/index.js';
import { withUnweighedKl } from './old-runs.js';

/** Most bytes of a run's metrics: a million lines. */
export const mostMetricsText = 2 ** 28;

/** Numbers that every line has. */
const required = ['epoch', 'steps'] as const;

/**
 * The lines of a `metrics.jsonl`. JSON has no NaN, which was written as null. `seconds` is NaN where
 * the lines do not tell it: `RunFolder.readMetrics` has it from another file.
 * @param model as the run's `config.json` has it, by which the numbers of older versions are read
 * @param name of the file, for messages
 * @throws UserError when a line is none that training writes
 */
export function parseMetrics(text: string, model: unknown, name = 'metrics.jsonl'): EpochMetrics[] {
  return text.split('\n').flatMap((line, i) => {
    if (line === '') return [];
    const where = `${name}: line ${i + 1}`;
    const value = parseJson(line, where);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new UserError(`${where} is not a JSON object. Remove the line.`);
    }
    const entries = Object.entries(value).map(([key, number]) => [key, number ?? Number.NaN]);
    const metrics = Object.fromEntries([['seconds', Number.NaN], ...entries]) as EpochMetrics;
    const wrong =
      entries.find(([, number]) => typeof number !== 'number')?.[0] ??
      required.find((key) => metrics[key] === undefined);
    if (wrong !== undefined) {
      throw new UserError(`${where}: ${wrong} is missing or not a number. Remove the line.`);
    }
    return [withUnweighedKl(metrics, model)];
  });
}

/**
 * A history as two files: the metrics, which the run's settings decide to the last bit, and how long
 * each epoch took, which is never the same.
 */
export function formatMetrics(history: readonly EpochMetrics[]): {
  metrics: string;
  timing: string;
} {
  const lines = (each: (line: EpochMetrics) => unknown) =>
    history.map((line) => `${JSON.stringify(each(line))}\n`).join('');
  return {
    metrics: lines(({ seconds: _, ...metrics }) => metrics),
    timing: lines(({ epoch, seconds }) => ({ epoch, seconds })),
  };
}
