import {
  exists,
  listDirectory,
  makeDirectory,
  readFile,
  removeFile,
  writeFileAtomic,
} from '#files';
import { UserError } from '../../base/errors.js';
import { parseJson } from '../../base/json.js';
import { version } from '../../base/version.js';
import { lockRun } from '../../runs/run-lock.node.js';
import type { SweepDefinition } from '../../sweep/definition.js';
import type { Trial } from '../../sweep/trials.js';
import type { Metric } from './metric.js';

/** Most bytes of a sweep's results. */
const mostText = 2 ** 28;

/** A sweep as its folder keeps it. */
export interface KeptSweep {
  /** The sweep, with the content of its config file in the file's place. */
  readonly sweep: SweepDefinition;
  /** The number that runs are compared by, once that is known. */
  readonly metric?: Pick<Metric, 'name' | 'better'> | undefined;
  /** Epochs of a whole training, where runs are halved. */
  readonly epochs?: number | undefined;
  readonly trials: readonly Trial[];
}

/** The name of a run's folder: `007`. */
export const runName = ({ number }: Pick<Trial, 'number'>) => String(number).padStart(3, '0');

/** The state of a run in a word, for people and files. @param rungs how many there are */
export function stateText({ failure, given, results }: Trial, rungs: number): string {
  if (failure !== undefined) return 'failed';
  if (given > results.length) return 'begun';
  if (given === 0) return 'waiting';
  return results.length < rungs ? 'halved' : 'finished';
}

/** The content of `sweep.json`. @param rungs how many there are */
export function keptText(
  { sweep, epochs, trials }: KeptSweep,
  { name, better }: Pick<Metric, 'name' | 'better'>,
  rungs: number,
  best?: Trial,
): string {
  const kept = {
    vaekit: version,
    sweep,
    metric: { name, better },
    ...(epochs === undefined ? {} : { epochs }),
    ...(best ? { best: runName(best) } : {}),
    runs: trials.map(({ number, ...trial }) => ({
      run: runName({ number }),
      state: stateText({ number, ...trial }, rungs),
      ...trial,
    })),
  };
  return `${JSON.stringify(kept, null, 2)}\n`;
}

/** The folder of a sweep: its runs, and `sweep.json` with their states and results. */
export class SweepFolder {
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    readonly path: string,
    /** The sweep as it was found; undefined where the sweep is new. */
    readonly kept: KeptSweep | undefined,
    /** Gives the folder to other processes. */
    readonly release: () => Promise<void>,
  ) {}

  /**
   * Opens the folder of a sweep for this process alone.
   * @throws UserError when another process sweeps there, or its files are damaged
   */
  static async open(path: string): Promise<SweepFolder> {
    if (await exists(`${path}/config.json`)) {
      throw new UserError(`${path} holds a run, no sweep. Choose another folder by --out.`);
    }
    await makeDirectory(path);
    const release = await lockRun(path);
    try {
      for (const name of await listDirectory(path)) {
        // Files that a process left half-written when it was killed.
        if (/^\.vaekit-[0-9a-f]+\.tmp$/.test(name)) await removeFile(`${path}/${name}`);
      }
      return new SweepFolder(path, await readKept(`${path}/sweep.json`), release);
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** Writes a file of the sweep whole. */
  write(name: string, content: string | Uint8Array): Promise<void> {
    return writeFileAtomic(`${this.path}/${name}`, content);
  }

  /** Writes files of the sweep after the writes before, with the state at that time, so that the last state stays. */
  keep(files: () => Readonly<Record<string, string>>): Promise<void> {
    this.writing = this.writing.then(async () => {
      for (const [name, text] of Object.entries(files())) await this.write(name, text);
    });
    return this.writing;
  }
}

async function readKept(file: string): Promise<KeptSweep | undefined> {
  if (!(await exists(file))) return undefined;
  const text = new TextDecoder().decode(await readFile(file, mostText));
  const { sweep, metric, epochs, runs } = parseJson(text, file) as {
    sweep?: SweepDefinition;
    metric?: KeptSweep['metric'];
    epochs?: number;
    runs?: Partial<Trial>[];
  };
  const isWhole = sweep?.settings && Array.isArray(runs);
  if (
    !isWhole ||
    runs.some(
      ({ settings, given, results }) =>
        !settings || !Array.isArray(results) || !Number.isInteger(given),
    )
  ) {
    throw new UserError(
      `${file} is no sweep that vaekit wrote. Move it away, or choose another folder by --out.`,
    );
  }
  const trials = runs.map(
    ({ settings, given, results, epochs, failure }, i): Trial => ({
      number: i + 1,
      settings: settings!,
      given: given!,
      results: results!,
      ...(epochs === undefined ? {} : { epochs }),
      ...(failure === undefined ? {} : { failure }),
    }),
  );
  return { sweep, metric, epochs, trials };
}
