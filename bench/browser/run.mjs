/**
 * Measures the dense VAE in Chromium, in vaekit and in TensorFlow.js:
 * `npm run bench:browser -- --help`.
 *
 * All is measured in one page of one browser, each contestant in a worker of its own; rounds are
 * interleaved, and medians are compared.
 */
import { parseArgs } from 'node:util';
import { chromiumPath, launchChromium } from '../../test/browser/launch.mjs';
import { works } from '../contestants/index.mjs';
import { roundOf } from '../measure.mjs';
import { commonOptions, log, refuse, roundsAsked } from '../options.mjs';
import { installPeers } from '../peers/install.mjs';
import { fillIn } from '../readme.mjs';
import { readResults, writeResults } from '../results.mjs';
import { compactTable, table } from '../table.mjs';
import { contestants } from './contestants.mjs';
import { servePage } from './page.mjs';
import { studioTask } from './studio.mjs';

const HELP = `Measures the dense VAE at batch 32 in Chromium, in vaekit and in TensorFlow.js, and the
longest task of the studio's main thread while it trains.

Usage: npm run bench:browser -- [options]

  --rounds N     interleaved rounds (default 3; 0 measures nothing)
  --only NAME    only contestants whose name contains NAME; may be repeated
  --add          add to the rounds of earlier runs instead of replacing them
  --readme       write the tables into README.md and docs/performance.md
  --help         print this

Needs Chromium, as the tests in a browser do. Results are kept in bench/results/browser.json.
`;

const { values: options } = parseArgs({
  options: {
    ...commonOptions('3'),
    only: { type: 'string', multiple: true },
    add: { type: 'boolean', default: false },
  },
});
const rounds = roundsAsked(HELP, options);
if (!chromiumPath) refuse('There is no Chromium here. Install it, for example by apt-get.');
if (!installPeers(log)) refuse('npm could not install the peers.');

const wanted = contestants.filter(
  ({ name }) =>
    !options.only || options.only.some((part) => name.toLowerCase().includes(part.toLowerCase())),
);

/** A contestant that takes longer than this is ended. */
const longestSeconds = 60;

/**
 * One round of a contestant, in a page of its own.
 * @param {import('playwright-core').Browser} browser
 * @param {string} address
 * @param {import('./page/main.mjs').Task} task
 */
async function measure(browser, address, task) {
  const page = await browser.newPage();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  try {
    await page.goto(address);
    await page.waitForFunction(() => document.title === 'ready');
    const late = new Promise((_, reject) => {
      const error = new Error(`it was not done after ${longestSeconds} s`);
      timer = setTimeout(reject, 1000 * longestSeconds, error);
    });
    return roundOf(
      await Promise.race([page.evaluate((given) => window.measure(given), task), late]),
    );
  } finally {
    clearTimeout(timer);
    await page.close();
  }
}

const results = readResults('browser');
const name = 'dense VAE 784-2-2-784, batch 32';

if (rounds > 0) {
  const served = await servePage();
  const browser = await launchChromium(['--enable-unsafe-swiftshader']);
  const before = results.works[name];
  const kept = { ...before?.contestants };
  for (const contestant of wanted) {
    kept[contestant.name] = { rounds: (options.add && kept[contestant.name]?.rounds) || [] };
  }
  const longestTasks = (options.add && before?.longestTasks) || [];
  const work = {
    date: '',
    short: 'dense, batch 32',
    batch: 32,
    multiplications: works[0]?.multiplications ?? 0,
    contestants: kept,
    browser: `Chromium ${browser.version()}`,
    longestTasks,
  };
  results.works[name] = work;
  for (let round = 1; round <= rounds; round++) {
    for (const contestant of wanted) {
      const entry = kept[contestant.name];
      if (!entry || entry.leftOut) continue;
      const label = `round ${round}/${rounds}  ${contestant.name}`;
      try {
        const { versions, ...measured } = await measure(browser, served.address, contestant.task);
        entry.rounds.push(measured);
        entry.versions = { ...contestant.versions, ...versions };
        log(`${label}  ${measured.msPerStep.toPrecision(3)} ms/step`);
      } catch (error) {
        const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
        entry.leftOut = `failed: ${reason}`;
        log(`${label}  ${entry.leftOut}`);
      }
    }
    const task = await studioTask(browser);
    longestTasks.push(task);
    log(`round ${round}/${rounds}  the studio's longest task  ${task.wall.toFixed(0)} ms`);
    work.date = new Date().toISOString();
    writeResults('browser', results);
  }
  await browser.close();
  await served.close();
}

if (Object.keys(results.works).length === 0) refuse('There are no results yet.');
if (options.readme) {
  fillIn('README.md', 'browser benchmark', compactTable(results, 'npm run bench:browser'));
  fillIn('docs/performance.md', 'browser benchmark', table(results));
}
process.stdout.write(`${table(results)}\n`);
if (results.works[name]?.contestants.vaekit?.leftOut) process.exitCode = 1;
