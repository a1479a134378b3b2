import { cpus } from 'node:os';
import { formatTable } from '../../report/table.js';
import type { Entry, Figure, Measured } from './entry.js';
import type { Plan } from './plan.js';

/** A figure that was measured, beside the one that was published. */
export interface ReportedFigure extends Measured {
  readonly name: string;
  readonly unit: string;
  readonly expected?: number;
  readonly tolerance?: number;
  readonly bound?: Figure['bound'];
  /** True within the tolerance; null where only a part of the training was done. */
  readonly met?: boolean | null;
}

/** The outcome of a reproduction: the content of `reproduction.json`. */
export interface Report {
  readonly name: string;
  readonly paper: string;
  readonly url: string;
  readonly setting: string;
  readonly differences: readonly string[];
  readonly binarization: Entry['binarization'];
  readonly fraction: number;
  readonly epochs: number;
  readonly publishedEpochs: number;
  /** The part of the training examples that were seen. */
  readonly examples: number;
  readonly seeds: readonly number[];
  /** Seconds of training, all resumed parts together, and of measuring. */
  readonly seconds: { readonly training: number; readonly measuring: number };
  readonly date: string;
  readonly machine: string;
  readonly figures: readonly ReportedFigure[];
}

/** True where a measured value is within the tolerance of a published figure. */
function isMet(value: number, { expected, tolerance, bound }: Figure): boolean {
  const over = value - expected;
  return (bound === 'most' || over >= -tolerance) && (bound === 'least' || over <= tolerance);
}

/** A published figure as text: `89.78 ± 0.5`. */
function expectedText({ expected, tolerance, bound }: Figure): string {
  const within = tolerance > 0 ? ` ± ${tolerance}` : '';
  const word = { most: 'at most ', least: 'at least ' };
  return `${bound ? word[bound] : ''}${expected}${within}`;
}

/** @param seconds of training and of measuring */
export function reportOf(
  { entry, fraction, length, examples, runs }: Plan,
  measured: Readonly<Record<string, Measured>>,
  seconds: Report['seconds'],
): Report {
  const known = new Map(entry.figures.map((figure) => [figure.name, figure]));
  return {
    name: entry.name,
    paper: entry.paper,
    url: entry.url,
    setting: entry.setting,
    differences: entry.differences ?? [],
    binarization: entry.binarization,
    fraction,
    epochs: length.epochs,
    publishedEpochs: entry.epochs,
    examples,
    seeds: [...new Set(runs.map(({ seed }) => seed))],
    seconds,
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}`,
    figures: Object.entries(measured).map(([name, value]) => {
      const figure = known.get(name);
      if (!figure) return { name, unit: '', ...value };
      const { unit, expected, tolerance, bound } = figure;
      const met = fraction === 1 ? isMet(value.value, figure) : null;
      return { name, unit, ...value, expected, tolerance, ...(bound ? { bound } : {}), met };
    }),
  };
}

/** The numbers of a figure with so many digits that its tolerance is seen. */
const digits = (value: number) => value.toFixed(Math.abs(value) < 2 ? 3 : 2);

function metText({ met }: ReportedFigure): string {
  if (met === undefined) return '';
  return met === null ? 'not compared' : met ? 'yes' : 'no';
}

/** Trained epochs of the published ones, in words. */
function lengthText({ epochs, publishedEpochs, examples, fraction }: Report): string {
  if (fraction === 1) return `all ${publishedEpochs} epochs`;
  const part =
    examples < 1 ? `, and ${Number((100 * examples).toPrecision(2))} % of the examples` : '';
  return `${epochs} of ${publishedEpochs} epochs${part}: a part of the published training, whose figures are not compared`;
}

const minutes = (seconds: number) => `${(seconds / 60).toFixed(1)} min`;

/** A report for people, with a line end. */
export function describeReport(report: Report): string {
  const rows = report.figures.map((figure) => {
    const { name, unit, value, deviation, expected } = figure;
    const spread = deviation === undefined ? '' : ` ± ${digits(deviation)}`;
    return [
      name,
      `${digits(value)}${spread}${unit && ` ${unit}`}`,
      expected === undefined ? '' : expectedText(figure as Figure),
      metText(figure),
    ];
  });
  const right = (header: string) => ({ header, align: 'right' as const });
  const { training, measuring } = report.seconds;
  return `${formatTable(['Figure', right('Measured'), right('Published'), 'Met'], rows, {
    title: `${report.name}: ${report.paper}`,
    footer: [
      `Trained ${lengthText(report)}.`,
      `Seed${report.seeds.length > 1 ? 's' : ''} ${report.seeds.join(', ')}; ${binarizationText[report.binarization]}; ${minutes(training)} of training, ${minutes(measuring)} of measuring.`,
      ...report.differences.map((difference) => `Unlike the publication: ${difference}.`),
    ],
  })}\n`;
}

const binarizationText: Readonly<Record<Entry['binarization'], string>> = {
  fixed: 'fixed binarization, drawn once by the seed',
  random: 'random binarization, drawn anew at every step, and once for test data',
  none: 'grays as probabilities, no binarization',
};

/** Minutes as people say them. */
const timeText = (whole: number) =>
  whole < 1 ? '< 1 min' : whole < 120 ? `${Math.round(whole)} min` : `${Math.round(whole / 60)} h`;

/** All entries as a table, with a line end. */
export function describeEntries(entries: readonly Entry[]): string {
  const rows = entries.map(({ name, paper, setting, figures, binarization, minutes: time }) => [
    name,
    paper,
    `${setting}${binarization === 'none' ? '' : `, ${binarization} binarization`}`,
    figures
      .map((figure) => `${figure.name} ${expectedText(figure)}${figure.unit && ` ${figure.unit}`}`)
      .join(', '),
    timeText(time),
  ]);
  const right = { header: 'Two cores', align: 'right' as const };
  return `${formatTable(['Name', 'Published by', 'Setting', 'Expected', right], rows)}\n`;
}
