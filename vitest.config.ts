import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { sourceAliases } from './sources.js';

const root = fileURLToPath(new URL('.', import.meta.url));

const files = readdirSync(`${root}test`, { recursive: true, encoding: 'utf8' })
  .map((name) => `test/${name.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.test.ts'));

/** Tests that compute for as long as a program that is started. */
const long =
  /\/(arrays|assembled|config|draws|examples|gate|grids|in-place|layouts|long|machine-code|models|overlap|presets|resume|telemetry|webgpu)\.test\.ts$/;

/** Tells whether a file of tests starts the command line, an example or a browser, or takes as long. */
function startsPrograms(path: string): boolean {
  if (/^test\/(browser|fuzz|mpi)\//.test(path) || long.test(path)) return true;
  const opens = /from '\S*\/(chromium|open|process)\.js'/;
  return /^test\/(cli|studio)\//.test(path) && opens.test(readFileSync(root + path, 'utf8'));
}

/**
 * Tells whether a file needs a process of its own: it measures memory, of which a process that it starts counts the
 * most that its own process had, too; it replaces modules; or it is about the runtime's state in its process.
 */
const needsProcess = (path: string) =>
  path.startsWith('test/runtime/') ||
  /memoryUsage|resourceUsage|maxRSS|vi\.mock/.test(readFileSync(root + path, 'utf8'));

const included = (isProgram: boolean, isApart: boolean) =>
  files.filter((path) => startsPrograms(path) === isProgram && needsProcess(path) === isApart);

/**
 * Tests by project, in the order in which they run. Files share a process, as loading vaekit and starting a browser
 * take longer than most of them. `npm run test:quick` leaves the programs out.
 */
const projects = [
  { name: 'programs', include: included(true, false), isolate: false },
  { name: 'programs-apart', include: included(true, true) },
  { name: 'apart', include: included(false, true) },
  { name: 'library', include: included(false, false), isolate: false },
].map((test) => ({ extends: true as const, test }));

/** The longest files first, and those that share a process one after another. */
class ByProject extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return projects.flatMap(({ test: { name } }) =>
      sorted.filter(({ project }) => project.name === name),
    );
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
    setupFiles: ['test/leave-nothing.ts'],
    projects,
  },
});
