/**
 * Writes the table of docs/reproductions.md: every entry of `vaekit reproduce`, with the reports of
 * docs/reproductions. Build first.
 *
 * Usage: node bench/reproductions.mjs [reproduction.json …]   reports to add, as runs leave them
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fillIn } from './readme.mjs';

/** @typedef {import('../src/cli/reproduce/report.js').Report} Report */
/** @typedef {Pick<import('../src/cli/reproduce/entry.js').Entry, 'name' | 'paper' | 'url' | 'setting' | 'binarization' | 'minutes' | 'figures'>} Entry */

const kept = fileURLToPath(new URL('../docs/reproductions/', import.meta.url));
const main = fileURLToPath(new URL('../dist/bin/vaekit.js', import.meta.url));

/** @param {string} file @returns {Report} */
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

for (const file of process.argv.slice(2)) {
  const report = read(file);
  const part = report.fraction === 1 ? '' : `-${report.fraction}`;
  writeFileSync(`${kept}${report.name}${part}.json`, `${JSON.stringify(report, null, 2)}\n`);
}

const reports = readdirSync(kept)
  .filter((name) => name.endsWith('.json'))
  .map((name) => read(`${kept}${name}`));
/** @type {Entry[]} */
const entries = JSON.parse(
  execFileSync(process.execPath, [main, 'reproduce', '--json'], { encoding: 'utf8' }),
);

/** @param {number} value */
const digits = (value) => value.toFixed(Math.abs(value) < 2 ? 3 : 2);

/** @param {Entry['figures'][number]} figure */
function expected({ name, unit, expected, tolerance, bound }) {
  const words = { most: 'at most ', least: 'at least ' };
  const within = tolerance > 0 ? ` ± ${tolerance}` : '';
  return `${name} ${bound ? words[bound] : ''}${expected}${within}${unit && ` ${unit}`}`;
}

/** @param {Report} report */
function measured({ figures, fraction, epochs, publishedEpochs, examples }) {
  const found = figures.map(({ name, value, deviation, unit, met }) => {
    const spread = deviation === undefined ? '' : ` ± ${digits(deviation)}`;
    const verdict = met === undefined || met === null ? '' : met ? ' (met)' : ' (**not met**)';
    return `${name} ${digits(value)}${spread}${unit && ` ${unit}`}${verdict}`;
  });
  if (fraction === 1) return found.join('; ');
  const part =
    examples < 1 ? ` on ${Number((100 * examples).toPrecision(2))} % of the examples` : '';
  return `${epochs} of ${publishedEpochs} epochs${part}, not compared: ${found.join('; ')}`;
}

/** @param {Report} report */
function circumstances({ date, seeds, seconds, machine, name, fraction }) {
  const minutes = ((seconds.training + seconds.measuring) / 60).toFixed(1);
  const command = `vaekit reproduce ${name}${fraction === 1 ? '' : ` --fraction ${fraction}`}`;
  return `\`${command}\`, ${date}, seed${seeds.length > 1 ? 's' : ''} ${seeds.join(', ')}, ${minutes} min, ${machine}`;
}

const rows = entries.flatMap((entry) => {
  const { name, paper, url, setting, binarization, figures } = entry;
  const own = reports.filter((report) => report.name === name);
  const source = /^https/.test(url) ? `[${paper}](${url})` : `${paper} (\`${url}\`)`;
  const kind = binarization === 'none' ? 'grays' : `${binarization} binarization`;
  const said = `${source}: ${setting}; ${kind}`;
  const wanted = figures.map(expected).join('; ');
  if (own.length === 0) return [`| \`${name}\` | ${said} | ${wanted} | not run | |`];
  return own.map(
    (report) =>
      `| \`${name}\` | ${said} | ${wanted} | ${measured(report)} | ${circumstances(report)} |`,
  );
});

fillIn(
  'docs/reproductions.md',
  'reproductions',
  [
    '| name | published | expected | measured here | how |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n'),
);
