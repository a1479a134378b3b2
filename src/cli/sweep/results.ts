import { csvLine } from '../../report/csv.js';
import { shortNames, valueText } from '../../report/setting-text.js';
import { type Cell, type Column, formatTable } from '../../report/table.js';
import type { Trial } from '../../sweep/trials.js';
import { runName, stateText } from './folder.js';
import type { Metric } from './metric.js';

/** Rows of the table in a terminal at most; the files have all. */
const mostRows = 40;

/** Findings of a sweep. */
export interface Results {
  readonly trials: readonly Trial[];
  readonly metric: Metric;
  /** Number of rungs. */
  readonly rungs: number;
}

const pathsOf = ({ trials }: Results) => Object.keys(trials[0]?.settings ?? {});

/** The metric of a run after its last rung. */
export const lastValue = ({ results }: Trial) => results.at(-1);

/** Runs in order: by rungs reached, the most first, and then by the metric, the best first. */
function inOrder({ trials, metric }: Results): readonly Trial[] {
  const sign = metric.better === 'less' ? 1 : -1;
  return trials.toSorted(
    (a, b) =>
      b.results.length - a.results.length ||
      sign * ((lastValue(a) ?? 0) - (lastValue(b) ?? 0)) ||
      a.number - b.number,
  );
}

/** A table of a sweep's runs, the best first. */
export function resultsTable(results: Results): string {
  const { metric, rungs, trials } = results;
  const paths = pathsOf(results);
  const right = (header: string): Column => ({ header, align: 'right' });
  const columns = [
    'Run',
    ...shortNames(paths).map(right),
    right('Epochs'),
    right(metric.name),
    'State',
  ];
  const rows = inOrder(results).map((trial): Cell[] => [
    runName(trial),
    ...paths.map((path) => {
      const value = trial.settings[path];
      return typeof value === 'number' ? value : valueText(value);
    }),
    trial.epochs ?? '',
    lastValue(trial) ?? '',
    trial.failure === undefined ? stateText(trial, rungs) : `failed: ${trial.failure}`,
  ]);
  const left = trials.length - mostRows;
  const footer = left > 0 ? [`${left} more in sweep.csv.`] : [];
  return formatTable(columns, rows.slice(0, mostRows), { footer });
}

/** The same as CSV, in the order of the runs. */
export function resultsCsv(results: Results): string {
  const { metric, rungs, trials } = results;
  const paths = pathsOf(results);
  const header = csvLine(['run', 'state', 'epochs', metric.name, ...paths, 'reason']);
  const lines = trials.map((trial) =>
    csvLine([
      runName(trial),
      stateText(trial, rungs),
      trial.epochs ?? '',
      lastValue(trial) ?? '',
      ...paths.map((path) => {
        const value = trial.settings[path];
        return typeof value === 'object' ? JSON.stringify(value) : String(value);
      }),
      trial.failure ?? '',
    ]),
  );
  return header + lines.join('');
}
