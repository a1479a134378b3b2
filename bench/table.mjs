import { rowsOf, sgemmPeakOf } from './results.mjs';

/**
 * @typedef {import('./results.mjs').Results} Results
 * @typedef {import('./results.mjs').WorkResults} WorkResults
 * @typedef {import('./results.mjs').Row} Row
 */

/** True for the training of a network, with batches for its steps and no passes over examples. */
const isTraining = (/** @type {WorkResults} */ { use = 'train' }) => use === 'train';

/**
 * Columns of a work's table.
 * @param {WorkResults} work
 * @returns {[heading: string, cell: (row: Row) => string][]}
 */
const columnsOf = (work) => [
  [isTraining(work) ? 'ms/step' : 'ms', ({ msPerStep }) => significant(msPerStep)],
  ['× vaekit', ({ ratio }) => (ratio === undefined ? '' : significant(ratio))],
  [
    'examples/s',
    ({ examplesPerSecond }) => Number(examplesPerSecond.toPrecision(3)).toLocaleString('en'),
  ],
  isTraining(work)
    ? [
        'first loss',
        ({ first }) => `${significant(first.seconds)} s, step ${Math.round(first.steps)}`,
      ]
    : ['first tenth', ({ first }) => `${significant(first.seconds)} s`],
  ['memory', ({ peakMemory }) => (peakMemory ? `${Math.round(peakMemory / 1e6)} MB` : '')],
  ['of sgemm peak', ({ share }) => (share === undefined ? '' : `${significant(100 * share)} %`)],
];

/**
 * The time of a step, or of a pass.
 * @param {number} milliseconds
 * @param {import('./tasks.mjs').Use} use
 */
export const tellTime = (milliseconds, use) =>
  `${milliseconds.toPrecision(3)} ${use === 'train' ? 'ms/step' : 'ms'}`;

/** @param {number} value */
export const significant = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(2));

/**
 * A table in Markdown, numbers right.
 * @param {string[]} headings
 * @param {string[][]} rows
 */
export function markdown(headings, rows) {
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, i) =>
    i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(headings), line(rule), ...rows.map(line)];
}

/**
 * A row a contestant; columns that are empty are left out.
 * @param {string} name
 * @param {WorkResults} work
 */
function workTable(name, work) {
  const rows = rowsOf(work);
  const filled = columnsOf(work).filter(([, cell]) => rows.some((row) => cell(row) !== ''));
  return markdown(
    [name, ...filled.map(([heading]) => heading)],
    rows.map((row) => [row.name, ...filled.map(([, cell]) => cell(row))]),
  );
}

/** @param {Results} results */
function versionsOf({ works }) {
  const versions = Object.assign(
    {},
    ...Object.values(works).flatMap((work) =>
      Object.values(work.contestants).map((contestant) => contestant.versions ?? {}),
    ),
  );
  delete versions.threads;
  return Object.entries(versions).map(([name, version]) => `${name} ${version}`);
}

/** @param {Pick<Results, 'machine'>} results */
export const machineOf = ({ machine }) =>
  `${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node.slice(1)}`;

/** The maker of the processor: tables are kept for each. @param {Results['machine']} machine */
export const makerOf = ({ cpu }) => /AMD|Apple|Intel/.exec(cpu)?.[0] ?? 'others';

/** @param {WorkResults} work */
const roundsOf = (work) => work.contestants.vaekit?.rounds.length ?? 0;

/** The rounds of works in words. @param {readonly WorkResults[]} works */
function roundsText(works) {
  const counts = works.map(roundsOf);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (most === 1) return 'one round';
  return `medians of ${least === most ? most : `${least} to ${most}`} interleaved rounds`;
}

/**
 * The results in one Markdown table: a row a work, a column a contestant.
 * @param {Results} results
 * @param {string} [command] that measured them
 */
export function compactTable(results, command = 'npm run bench') {
  const works = Object.values(results.works);
  const rows = works.map(rowsOf);
  const names = [...new Set(works.flatMap(({ contestants }) => Object.keys(contestants)))];
  const cell = (/** @type {Row | undefined} */ row) =>
    !row
      ? '–'
      : row.name === 'vaekit'
        ? `**${significant(row.msPerStep)}**`
        : `${significant(row.msPerStep)}${row.ratio ? ` (${significant(row.ratio)} ×)` : ''}`;
  const shown = names.filter((name) => rows.some((own) => own.some((row) => row.name === name)));
  const lines = works.map(({ short }, i) => [
    short,
    ...shown.map((name) => cell(rows[i]?.find((row) => row.name === name))),
  ]);
  const dates = works.map(({ date }) => date.slice(0, 10)).sort();
  const days = [...new Set([dates[0], dates.at(-1)])].join(' to ');
  return [
    ...markdown(['ms a step or pass (times that of vaekit)', ...shown], lines),
    '',
    `${days}, ${machineOf(results)}; ${roundsText(works)} of \`${command}\`, ${versionsOf(results).join(', ')}.`,
  ].join('\n');
}

/** @param {WorkResults} work */
function sgemmText(work) {
  const [all, one] = [sgemmPeakOf(work), work.sgemmGflops?.oneThread];
  if (all === undefined || !one) return '';
  return `, sgemm peak beside them ${all.toFixed(0)} GFLOP/s (one thread ${Math.max(...one).toFixed(0)})`;
}

/** @param {WorkResults} work */
function browserText({ browser, longestTasks = [] }) {
  if (!browser) return '';
  if (longestTasks.length === 0) return `, ${browser}`;
  const of = (/** @type {'wall' | 'processor'} */ kind) => longestTasks.map((task) => task[kind]);
  const [wall, processor] = [of('wall'), of('processor')];
  return `, ${browser}. Longest task of the studio's main thread while it trains, in each round: ${wall.map((ms) => ms.toFixed(0)).join(', ')} ms by the clock, ${processor.map((ms) => ms.toFixed(0)).join(', ')} ms of processor time`;
}

/**
 * The results as Markdown tables with dates, machine and versions under them.
 * @param {Results} results
 */
export function table(results) {
  const all = Object.entries(results.works);
  const left = all.flatMap(([, { short, contestants }]) =>
    Object.entries(contestants).flatMap(([name, { leftOut }]) =>
      leftOut ? [{ work: short, name, leftOut }] : [],
    ),
  );
  const byReason = new Map(left.map(({ name, leftOut }) => [`${name}: ${leftOut}`, name]));
  const reasons = [...byReason.keys()].map((reason) => {
    const [name] = reason.split(': ');
    const of = left.filter((each) => `${each.name}: ${each.leftOut}` === reason);
    const where = of.length === all.length ? '' : ` (${of.map(({ work }) => work).join('; ')})`;
    return `${name}${where}: ${of[0]?.leftOut}`;
  });
  return [
    ...all.flatMap(([name, work]) => [...workTable(name, work), '']),
    `${machineOf(results)}, ${versionsOf(results).join(', ')}.`,
    ...all.map(
      ([name, work]) =>
        `${name}: ${work.date.slice(0, 10)}, ${roundsOf(work)} rounds${sgemmText(work)}${browserText(work)}.`,
    ),
    ...(reasons.length > 0 ? ['', 'Left out:', '', ...reasons.map((reason) => `- ${reason}`)] : []),
  ].join('\n');
}
