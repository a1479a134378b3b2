import { formatTable } from '../report/table.js';
import { type Figure, judge } from '../vae/judges/index.js';
import { partsOf } from '../vae/judges/measures/names.js';
import { type FeaturesFlags, featuresOf } from './features.js';
import { type DataOptions, openRun } from './run.js';

/** Options of `vaekit judge`. */
export interface JudgeFlags extends DataOptions, FeaturesFlags {
  readonly metrics?: readonly string[];
  readonly count: number;
  readonly samples: number;
  readonly temperatures: number;
  readonly seed?: number;
  readonly json?: boolean;
}

const number = (value: number) =>
  Math.abs(value) >= 100 ? value.toFixed(1) : Number(value.toPrecision(4)).toString();

const spread = (error: number) => `± ${number(Number(error.toPrecision(2)))}`;

/** A row of the table: measure, value, error. */
function rowOf(name: string, figure: Figure): readonly string[] {
  const { value, error, drawError, detail } = figure;
  const { measure, features } = partsOf(name);
  const title = [measure?.title ?? name, features, detail].filter((part) => part !== undefined);
  return [
    title.join(', '),
    `${number(value)}${measure?.unit ? ` ${measure.unit}` : ''}`,
    [
      ...(error === undefined ? [] : [spread(error)]),
      ...(drawError === undefined ? [] : [`by draws ${spread(drawError)}`]),
    ].join(', '),
  ];
}

/** `vaekit judge`: judges a run by data, and prints all that its kind of model has, or that was asked for. */
export async function judgeRun(run: string, options: JudgeFlags): Promise<void> {
  const { metrics, count, samples, temperatures, seed, json } = options;
  const { vae, folder, validated: data, part } = await openRun(run, options);
  const features = await featuresOf(options);
  if (features) process.stderr.write(`${features.describe?.(vae.input)}\n`);
  const found = await judge(vae, data, {
    count,
    samples,
    temperatures,
    ...(metrics && { metrics }),
    ...(features && { features }),
    ...(seed === undefined ? {} : { seed }),
  });
  await features?.release();
  const judged = { data: data.name, part, ...found };
  // Archives and the Hub are only read.
  if (folder.isWritable) await folder.writeJudgement(judged);
  if (json) {
    process.stdout.write(`${JSON.stringify(judged)}\n`);
    return;
  }
  const title = `${data.name}: ${found.examples} examples${part === 'all' ? '' : ` of the ${part} part`}`;
  const header = ['Measure', { header: 'Value', align: 'right' as const }, 'Error'];
  const rows = Object.entries(found.figures).map(([name, figure]) => rowOf(name, figure));
  process.stdout.write(`${formatTable(header, rows, { title })}\n`);
}
