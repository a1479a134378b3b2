import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { sourceAliases } from './sources.js';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Rooms that compute by themselves: no file of their tests leaves anything to the next one. */
const rooms = ['base', 'data', 'graph', 'nn', 'report', 'runs', 'step', 'training', 'vae'];

const files = readdirSync(`${root}test`, { recursive: true, encoding: 'utf8' })
  .map((name) => `test/${name.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.test.ts'));

/** Tests that compute for as long as a program that is started. */
const long =
  /\/(arrays|config|draws|examples|gate|grids|presets|resume|telemetry|webgpu)\.test\.ts$/;

/** Tells whether a file of tests starts the command line, an example or a browser, or takes as long. */
function startsPrograms(path: string): boolean {
  if (/^test\/(browser|fuzz|mpi)\//.test(path) || long.test(path)) return true;
  const opens = /from '\S*\/(chromium|open|process)\.js'/;
  return /^test\/(cli|studio)\//.test(path) && opens.test(readFileSync(root + path, 'utf8'));
}

/** Tells whether a file measures memory: a process that it starts counts the most that its own process had, too. */
const measuresMemory = (path: string) =>
  /memoryUsage|resourceUsage|maxRSS/.test(readFileSync(root + path, 'utf8'));

const programs = files.filter(startsPrograms);
const library = files.filter(
  (path) =>
    rooms.includes(path.split('/')[1] ?? '') && !programs.includes(path) && !measuresMemory(path),
);
const apart = files.filter((path) => !programs.includes(path) && !library.includes(path));

/** The longest files first, and those that share a process one after another. */
class ByProject extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const of = (name: string) => sorted.filter(({ project }) => project.name === name);
    return [...of('programs'), ...of('apart'), ...of('library')];
  }
}

export default defineConfig({
  resolve: { alias: sourceAliases('default') },
  test: {
    pool: 'forks',
    // Many tests wait for a browser or another process: two at a time keep two processors busy.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: ByProject },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Things come late on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    // `npm run test:quick` leaves the programs out.
    projects: [
      { extends: true, test: { name: 'programs', include: programs } },
      { extends: true, test: { name: 'apart', include: apart } },
      {
        extends: true,
        // Files share a process, as loading vaekit takes longer than most of them.
        test: {
          name: 'library',
          include: library,
          isolate: false,
        },
      },
    ],
  },
});
