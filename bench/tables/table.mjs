import { availableParallelism, cpus } from 'node:os';
import { median } from '../measure.mjs';
import { markdown, significant } from '../table.mjs';

/**
 * The results as a table in Markdown: a row a table and contestant, medians over the rounds.
 * @param {readonly import('./run.mjs').Measured[]} measured
 */
export function tableOf(measured) {
  const names = [...new Set(measured.map(({ table }) => table))];
  const of = (/** @type {string} */ table) =>
    [...new Set(measured.map(({ contestant }) => contestant))]
      .map((name) => ({
        name,
        rounds: measured.filter((each) => each.table === table && each.contestant === name),
      }))
      .filter(({ rounds }) => rounds.length > 0);
  const middle = (
    /** @type {readonly import('./run.mjs').Measured[]} */ rounds,
    /** @type {(round: import('./run.mjs').Measured) => number} */ value,
  ) => median(rounds.map(value));
  const rows = names.flatMap((table) =>
    of(table).map(({ name, rounds }) => [
      `${table}, ${rounds[0]?.epochs} epochs: ${name}`,
      middle(rounds, ({ report }) => report.shapes).toFixed(3),
      middle(rounds, ({ report }) => report.pairs).toFixed(3),
      middle(rounds, ({ report }) => report.overall).toFixed(3),
      middle(rounds, ({ all }) => all.overall).toFixed(3),
      `${significant(middle(rounds, ({ trainSeconds }) => trainSeconds))} s`,
      `${Math.round(middle(rounds, ({ peakMemory }) => peakMemory) / 1e6)} MB`,
      String(rounds.length),
    ]),
  );
  return [
    ...markdown(
      [
        'table',
        'column shapes',
        'pair trends',
        'quality score',
        'score over all pairs',
        'training',
        'memory',
        'rounds',
      ],
      rows,
    ),
    '',
    `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.versions.node}; medians of interleaved rounds of \`npm run bench:tables\`.`,
  ].join('\n');
}
