/**
 * Measures VAEs in Chromium, in vaekit and in TensorFlow.js, and beside them vaekit in Node:
 * `npm run bench:browser -- --help`.
 *
 * All of a browser is measured in one page, each contestant in a worker of its own; rounds are
 * interleaved, and medians are compared.
 */
import { parseArgs } from 'node:util';
import { chromiumPath, launchChromium } from '../../test/browser/launch.mjs';
import { measure, roundOf } from '../measure.mjs';
import { commonOptions, log, matches, refuse, roundsAsked } from '../options.mjs';
import { installPeers } from '../peers/install.mjs';
import { fillIn } from '../readme.mjs';
import { readResults, writeResults } from '../results.mjs';
import { compactTable, table } from '../table.mjs';
import { browserWorks } from './contestants.mjs';
import { servePage } from './page.mjs';
import { studioTask } from './studio.mjs';

const HELP = `Measures VAEs in Chromium, in vaekit and in TensorFlow.js, beside them vaekit in Node, and the
longest task of the studio's main thread while it trains.

Usage: npm run bench:browser -- [options]

  --rounds N     interleaved rounds (default 3; 0 measures nothing)
  --work NAME    only works whose name contains NAME; may be repeated
  --only NAME    only contestants whose name contains NAME; may be repeated
  --add          add to the rounds of earlier runs instead of replacing them
  --readme       write the tables into README.md and docs/performance.md
  --help         print this

Needs Chromium, as the tests in a browser do. Results are kept in bench/results/browser.json.
`;

const { values: options } = parseArgs({
  options: {
    ...commonOptions('3'),
    work: { type: 'string', multiple: true },
    only: { type: 'string', multiple: true },
    add: { type: 'boolean', default: false },
  },
});
const rounds = roundsAsked(HELP, options);
if (!chromiumPath) refuse('There is no Chromium here. Install it, for example by apt-get.');
if (!installPeers(log)) refuse('npm could not install the peers.');

const wanted = browserWorks
  .filter(({ name }) => matches(name, options.work))
  .map((work) => ({
    ...work,
    contestants: work.contestants.filter(({ name }) => matches(name, options.only)),
  }));
if (wanted.length === 0) {
  refuse(
    `--work: nothing has that name. There are: ${browserWorks.map(({ name }) => name).join('; ')}.`,
  );
}

/** A contestant that takes longer than this is ended. */
const longestSeconds = 60;

/**
 * One round of a contestant in a page of its own.
 * @param {import('playwright-core').Browser} browser
 * @param {string} address
 * @param {import('./page/main.mjs').Task} task
 */
async function measureInPage(browser, address, task) {
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

/**
 * Measures a work, and keeps each round.
 * @param {import('playwright-core').Browser} browser
 * @param {string} address
 * @param {import('./contestants.mjs').BrowserWork} work
 */
async function measureWork(browser, address, { name, short, batch, ...work }) {
  const before = results.works[name];
  const kept = { ...before?.contestants };
  for (const contestant of work.contestants) {
    kept[contestant.name] = { rounds: (options.add && kept[contestant.name]?.rounds) || [] };
  }
  const longestTasks = (options.add && before?.longestTasks) || [];
  const measured = {
    date: '',
    short,
    batch,
    multiplications: work.multiplications,
    contestants: kept,
    browser: `Chromium ${browser.version()}`,
    ...(work.watchesStudio ? { longestTasks } : {}),
  };
  results.works[name] = measured;
  for (let round = 1; round <= rounds; round++) {
    for (const { name: title, task, process: own, versions: known } of work.contestants) {
      const entry = kept[title];
      if (!entry || entry.leftOut) continue;
      const label = `round ${round}/${rounds}  ${name}  ${title}`;
      try {
        const { versions, ...figures } = await (own
          ? measure(own)
          : measureInPage(browser, address, /** @type {import('./page/main.mjs').Task} */ (task)));
        entry.rounds.push(figures);
        entry.versions = { ...known, ...versions };
        log(`${label}  ${figures.msPerStep.toPrecision(3)} ms/step`);
      } catch (error) {
        const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
        entry.leftOut = `failed: ${reason}`;
        log(`${label}  ${entry.leftOut}`);
      }
    }
    if (work.watchesStudio) {
      const task = await studioTask(browser);
      longestTasks.push(task);
      log(`round ${round}/${rounds}  the studio's longest task  ${task.wall.toFixed(0)} ms`);
    }
    measured.date = new Date().toISOString();
    writeResults('browser', results);
  }
}

if (rounds > 0) {
  const served = await servePage();
  const browser = await launchChromium(['--enable-unsafe-swiftshader']);
  for (const work of wanted) await measureWork(browser, served.address, work);
  await browser.close();
  await served.close();
}

if (Object.keys(results.works).length === 0) refuse('There are no results yet.');
if (options.readme) {
  fillIn('README.md', 'browser benchmark', compactTable(results, 'npm run bench:browser'));
  fillIn('docs/performance.md', 'browser benchmark', table(results));
}
process.stdout.write(`${table(results)}\n`);
if (wanted.some(({ name }) => results.works[name]?.contestants.vaekit?.leftOut)) {
  process.exitCode = 1;
}
