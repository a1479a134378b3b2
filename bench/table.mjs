import { rowsOf, sgemmPeakOf } from './results.mjs';

/**
 * @typedef {import('./results.mjs').Results} Results
 * @typedef {import('./results.mjs').WorkResults} WorkResults
 * @typedef {import('./results.mjs').Row} Row
 */

/** @type {[heading: string, cell: (row: Row) => string][]} */
const columns = [
  ['ms/step', ({ msPerStep }) => significant(msPerStep)],
  ['× vaekit', ({ ratio }) => (ratio === undefined ? '' : significant(ratio))],
  ['s/epoch', ({ epochSeconds }) => significant(epochSeconds)],
  ['first loss', ({ first }) => `${significant(first.seconds)} s, step ${Math.round(first.steps)}`],
  ['memory', ({ peakMemory }) => (peakMemory ? `${Math.round(peakMemory / 1e6)} MB` : '')],
  [
    'of sgemm peak',
    ({ share }) => (share === undefined ? '' : `${(100 * share).toPrecision(2)} %`),
  ],
];

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
  const filled = columns.filter(([, cell]) => rows.some((row) => cell(row) !== ''));
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

/** @param {WorkResults} work */
const roundsOf = (work) => work.contestants.vaekit?.rounds.length ?? 0;

/**
 * The results in one Markdown table: a row a contestant, a column a work.
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
  const lines = names
    .map((name) => [name, ...rows.map((own) => cell(own.find((row) => row.name === name)))])
    .filter(([, ...cells]) => cells.some((each) => each !== '–'));
  const dates = works.map(({ date }) => date.slice(0, 10)).sort();
  const days = [...new Set([dates[0], dates.at(-1)])].join(' to ');
  return [
    ...markdown(['ms/step (times that of vaekit)', ...works.map(({ short }) => short)], lines),
    '',
    `${days}, ${machineOf(results)}; medians of ${Math.min(...works.map(roundsOf))} interleaved rounds of \`${command}\`, ${versionsOf(results).join(', ')}.`,
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
  const left = all.flatMap(([work, { contestants }]) =>
    Object.entries(contestants).flatMap(([name, { leftOut }]) =>
      leftOut ? [{ work: work.replace(/ VAE.*, /, ', '), name, leftOut }] : [],
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
