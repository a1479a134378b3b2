import { median } from '../measure.mjs';
import { markdown } from '../table.mjs';
import { networks } from './networks.mjs';

/** @typedef {import('./run.mjs').Outcome} Outcome */

const tableOf = (/** @type {string[][]} */ [headings = [], ...rows]) =>
  markdown(headings, rows).join('\n');

const three = (/** @type {number} */ value) => String(Number(value.toPrecision(3)));

/** @param {Readonly<Record<string, Record<string, any>>>} losses @param {number} tolerance */
function lossTable(losses, tolerance) {
  const titles = Object.keys(Object.values(losses)[0] ?? {});
  const cell = (/** @type {any} */ { difference, failed }) =>
    failed === undefined
      ? `${difference.toExponential(1)}${difference <= tolerance ? '' : ' **too much**'}`
      : '–';
  return [
    ['largest difference of a loss, as a part', ...titles],
    ...Object.entries(losses).map(([name, row]) => [
      name,
      ...titles.map((title) => cell(row[title])),
    ]),
  ];
}

/** Milliseconds a step: of vaekit's epochs, or of PyTorch's stretches; the first is warm-up. */
function millisecondsOf(/** @type {Outcome} */ outcome) {
  if ('failed' in outcome) return undefined;
  const own = outcome.lines.at(-1)?.stretches;
  const all = own ?? outcome.lines.flatMap(({ msPerStep }) => msPerStep ?? []);
  return all.length < 2 ? undefined : median(all.slice(1));
}

/** @param {Readonly<Record<string, Record<string, Outcome>>>} speed */
function speedTable(speed) {
  const names = Object.keys(speed);
  const titles = Object.keys(Object.values(speed)[0] ?? {});
  return [
    ['ms/step; MB of the card', ...names.map((name) => `${name}, batch ${networks[name]?.batch}`)],
    ...titles.map((title) => [
      title,
      ...names.map((name) => {
        const outcome = /** @type {Outcome} */ (speed[name]?.[title]);
        const milliseconds = millisecondsOf(outcome);
        if (milliseconds === undefined) return '–';
        const card = 'failed' in outcome ? undefined : outcome.cardMegabytes;
        return `${three(milliseconds)}${card === undefined ? '' : `; ${card}`}`;
      }),
    ]),
  ];
}

const shownPlaces = 10;

/** Tells where a step's time goes, on a device. */
function tellPlaces(/** @type {string} */ title, /** @type {Outcome} */ outcome) {
  if ('failed' in outcome) return;
  /** @type {{ key: string, microsecondsPerStep: number, runsPerStep: number }[]} */
  const places = outcome.lines.at(-1)?.places ?? [];
  const whole = places.reduce((sum, { microsecondsPerStep }) => sum + microsecondsPerStep, 0);
  console.log(`\n${title}: ${three(whole)} µs a step in operators`);
  for (const { key, microsecondsPerStep, runsPerStep } of places.slice(0, shownPlaces)) {
    const share = Math.round((100 * microsecondsPerStep) / whole);
    console.log(`  ${share} % ${key}: ${three(microsecondsPerStep)} µs in ${three(runsPerStep)}`);
  }
}

/** Tells each reason of failures once, with what failed by it. */
function tellFailures(
  /** @type {Readonly<Record<string, Record<string, Record<string, any>>>>} */ all,
) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const [what, rows] of Object.entries(all)) {
    for (const [name, row] of Object.entries(rows)) {
      for (const [title, { failed }] of Object.entries(row)) {
        if (failed === undefined) continue;
        found.set(failed, [...(found.get(failed) ?? []), `${what} of ${name}, ${title}`]);
      }
    }
  }
  for (const [reason, places] of found) console.log(`- ${places.join('; ')}: ${reason}`);
}

/**
 * Prints all figures.
 * @param {{
 *   machine: object,
 *   losses: Record<string, Record<string, any>>,
 *   speed: Record<string, Record<string, Outcome>>,
 *   places: Record<string, Record<string, Outcome>>,
 * }} figures
 * @param {number} tolerance
 */
export function printTables({ machine, losses, speed, places }, tolerance) {
  console.log(JSON.stringify(machine));
  console.log(`\n${tableOf(lossTable(losses, tolerance))}`);
  if (Object.keys(speed).length > 0) console.log(`\n${tableOf(speedTable(speed))}`);
  for (const [name, row] of Object.entries(places)) {
    for (const [title, outcome] of Object.entries(row)) tellPlaces(`${name}, ${title}`, outcome);
  }
  console.log('\nNot there:');
  tellFailures({ losses, speed, places });
}
