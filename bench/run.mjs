/**
 * Measures vaekit beside its peers and the machine's limit: `npm run bench -- --help`.
 *
 * Every contestant runs in a process of its own, once a round; rounds are interleaved, so that a
 * machine's good and bad minutes fall on all alike, and medians are compared.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { differenceOf } from './losses.mjs';
import { measure } from './measure.mjs';
import { commonOptions, log, matches, refuse, roundsAsked } from './options.mjs';
import { installPeers } from './peers/install.mjs';
import { fillIn } from './readme.mjs';
import { readResults, writeResults } from './results.mjs';
import { compactTable, makerOf, table, tellTime } from './table.mjs';

const HELP = `Measures VAEs in vaekit, its peers and C: training of several networks, evaluation, encoding, sampling.

Usage: npm run bench -- [options]

  --rounds N     interleaved rounds (default 5; 0 measures nothing)
  --work NAME    only works whose name contains NAME; may be repeated
  --only NAME    only contestants whose name contains NAME; may be repeated
  --add          add to the rounds of earlier runs instead of replacing them
  --readme       write the tables into README.md, docs/performance.md and docs/benchmark.md, of which the
                 last two keep those of other makers' processors
  --json         print the results as JSON instead of tables
  --help         print this

Peers from npm are installed into bench/ on first use. Keras and PyTorch are measured when python3,
or a Python that VAEKIT_PYTHON names, has them. Results are kept in bench/results/latest.json.
`;

const { values: options } = parseArgs({
  options: {
    ...commonOptions('5'),
    work: { type: 'string', multiple: true },
    only: { type: 'string', multiple: true },
    add: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const rounds = roundsAsked(HELP, options);

if (!installPeers(log)) log('npm could not install the peers; their rows are left out');
const { works } = await import('./contestants/index.mjs');
const { prepare } = await import('./tasks.mjs');
const { sgemmPeak } = await import('./limit/sgemm.mjs');

const wanted = works
  .filter(({ name }) => matches(name, options.work))
  .map((work) => ({
    ...work,
    contestants: work.contestants.filter(({ name }) => matches(name, options.only)),
  }))
  .filter(({ contestants }) => contestants.length > 0);
if (wanted.length === 0) {
  const names = works.map(({ name, contestants }) => [name, ...contestants.map((c) => c.name)]);
  refuse(
    `--work, --only: nothing has that name. There are: ${names.map((n) => n.join(': ')).join('; ')}.`,
  );
}

const results = readResults('latest');
const threads = availableParallelism();
for (const { name, short, task, batch, multiplications, contestants } of rounds > 0 ? wanted : []) {
  await prepare(task);
  const before = results.works[name];
  const sgemmGflops = (options.add && before?.sgemmGflops) || { oneThread: [], allThreads: [] };
  const kept = { ...before?.contestants };
  for (const contestant of contestants) {
    const leftOut = contestant.available();
    const earlier = (options.add && kept[contestant.name]) || { rounds: [] };
    kept[contestant.name] = leftOut ? { rounds: [], leftOut } : { rounds: earlier.rounds };
  }
  const work = {
    date: new Date().toISOString(),
    short,
    use: task.use,
    batch,
    multiplications,
    sgemmGflops,
    contestants: kept,
  };
  results.works[name] = work;
  for (let round = 1; round <= rounds; round++) {
    const peak = await sgemmPeak({ threads });
    sgemmGflops.allThreads.push(peak);
    sgemmGflops.oneThread.push(await sgemmPeak({ threads: 1 }));
    for (const contestant of contestants) {
      const entry = kept[contestant.name];
      if (!entry || entry.leftOut || (contestant.once && entry.rounds.length > 0)) continue;
      const label = `round ${round}/${rounds}  ${name}  ${contestant.name}`;
      try {
        const { versions, ...measured } = await measure(contestant);
        const [own] = kept.vaekit?.rounds ?? [];
        const difference = own && differenceOf(own, measured);
        if (difference) throw new Error(difference);
        entry.rounds.push({ ...measured, sgemmGflops: peak });
        entry.versions = versions;
        log(`${label}  ${tellTime(measured.msPerStep, task.use)}`);
      } catch (error) {
        entry.leftOut = `failed: ${error instanceof Error ? error.message : error}`;
        log(`${label}  ${entry.leftOut}`);
      }
      work.date = new Date().toISOString();
      writeResults('latest', results);
    }
  }
}

if (options.readme && Object.keys(results.works).length === 0) refuse('There are no results yet.');
if (options.readme) {
  const here = `benchmark on ${makerOf(results.machine)}`;
  // Fills these two first: they may have no place for this maker, and then nothing is written.
  fillIn('docs/performance.md', here, compactTable(results));
  fillIn('docs/benchmark.md', here, table(results));
  fillIn('README.md', 'benchmark', compactTable(results));
}
process.stdout.write(`${options.json ? JSON.stringify(results, null, 2) : table(results)}\n`);
if (wanted.some(({ name }) => results.works[name]?.contestants.vaekit?.leftOut)) {
  process.exitCode = 1;
}
