import { UserError } from '../../base/errors.js';
import { quote } from '../../base/excerpt.js';
import { advice } from '../../base/suggest.js';
import { RunFolder } from '../../runs/index.js';
import type { SweepDefinition } from '../../sweep/definition.js';
import type { EpochMetrics } from '../../training/index.js';
import { measureNames, partsOf } from '../../vae/judges/measures/names.js';

/** The number that runs are compared by. */
export interface Metric {
  readonly name: string;
  readonly better: 'less' | 'more';
  /** The epoch that counts, of numbers of metrics.jsonl. */
  readonly epoch: 'last' | 'best';
  /** The flags of `vaekit judge` by which it is measured, where that measures it. */
  readonly judge?: readonly string[];
}

/** A metric that no run has: the sweep's file needs a correction. */
export class MetricError extends UserError {}

/**
 * The metric that a sweep's file names.
 * @param isValidated whether runs are validated
 * @param name of the file, for messages
 * @throws UserError when there is none of that name
 */
export function metricOf({ metric }: SweepDefinition, isValidated: boolean, file: string): Metric {
  const given = metric ?? (isValidated ? 'val_loss' : 'loss');
  const { name, from, better, epoch, count, samples } =
    typeof given === 'string'
      ? ({ name: given, from: 'metrics', epoch: 'last' } as Exclude<typeof given, string>)
      : given;
  if (from === 'metrics') {
    if (name.startsWith('val_') && !isValidated) {
      throw new UserError(
        `${file}: metric: there is no ${name} without validation data. Give some by training.validationSplit, or compare by ${name.slice(4)}.`,
      );
    }
    return { name, better: better ?? 'less', epoch };
  }
  const [measure = ''] = name.split('/');
  const known = partsOf(name).measure;
  if (!known) {
    throw new UserError(
      `${file}: metric: judge has no measure ${quote(measure)}. ${advice(measure, measureNames)}`,
    );
  }
  const direction = better ?? known.better;
  if (!direction) {
    throw new UserError(
      `${file}: metric: neither less nor more of ${name} is always better. Say which: "better": "more".`,
    );
  }
  const flags = Object.entries({ count, samples }).flatMap(([flag, value]) =>
    value === undefined ? [] : [`--${flag}`, String(value)],
  );
  return { name, better: direction, epoch, judge: ['--metrics', measure, ...flags] };
}

/** A metric's value in an epoch's line. @throws MetricError when there is none */
export function valueIn(line: EpochMetrics, name: string): number {
  const value = line[name];
  if (value !== undefined) return value;
  const known = Object.keys(line).filter((each) => !['epoch', 'steps', 'seconds'].includes(each));
  throw new MetricError(`the runs' metrics have no ${quote(name)}. ${advice(name, known)}`);
}

/** The metric of a run that has ended, and how many epochs it has had. @throws UserError when it has none */
export async function measured(
  run: string,
  { name, better, epoch, judge }: Metric,
): Promise<{ value: number; epochs: number }> {
  const folder = await RunFolder.open(run);
  const lines = await folder.readMetrics();
  const last = lines.at(-1);
  if (!last) throw new UserError('it has no epoch');
  const epochs = last.epoch;
  if (!judge) {
    const values = lines.map((line) => valueIn(line, name));
    const best = better === 'less' ? Math.min(...values) : Math.max(...values);
    return { value: epoch === 'best' ? best : values.at(-1)!, epochs };
  }
  const figures = (await folder.readJudgement())?.figures ?? {};
  const found = figures[name];
  if (!found) {
    throw new MetricError(`judge found no ${quote(name)}. ${advice(name, Object.keys(figures))}`);
  }
  return { value: found.value, epochs };
}
