import { realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { UserError } from '../base/errors.js';
import { isDirectory, listDirectory } from '../data/files/files.node.js';
import { judgementFile, RunFolder } from '../runs/index.js';
import { answer } from './guard.js';
import { sendFile } from './send.js';

/** The files of a run that the page may read. */
const served = new Set([
  'config.json',
  'metrics.jsonl',
  'parameters.safetensors',
  'health.json',
  judgementFile,
]);

/** The file that the folder of a sweep has, which the page may read. */
const sweepFile = 'sweep.json';

/** A run that the page may open. */
interface ListedRun {
  /** Its path from the root; a run of a sweep has `<sweep>/<run>`. */
  readonly folder: string;
  readonly modified: number;
  readonly isJudged?: boolean;
  /** The folder of its sweep; empty where the root is the sweep. */
  readonly sweep?: string;
}

/** The run folders that the page may open: one, or all in a folder and in its sweeps, as they come and go. */
export class Runs {
  private constructor(
    /** The folder around the run folders, without symbolic links. */
    private readonly root: string | undefined,
    /** The one run that is shown; all of the root when left out. */
    readonly only?: string,
  ) {}

  /**
   * @param path a run folder, or a folder of run folders; `runs` when left out, where none is no error
   * @throws UserError when there is no such folder
   */
  static async open(path?: string): Promise<Runs> {
    const folder = resolve(path ?? 'runs');
    if (!(await isDirectory(folder))) {
      if (path === undefined) return new Runs(undefined);
      throw new UserError(`${path}: there is no such folder. Give a run, or a folder of runs.`);
    }
    const real = await realpath(folder);
    return (await RunFolder.holdsRun(real))
      ? new Runs(dirname(real), basename(real))
      : new Runs(real);
  }

  /** The runs that are there now, in sweeps too. */
  async list(): Promise<ListedRun[]> {
    if (!this.root) return [];
    if (this.only !== undefined) return this.entry(this.only);
    const isSweep = (await this.locate('', sweepFile)) !== undefined;
    const names = await listDirectory(this.root);
    const found = await Promise.all(
      names.map(async (name) => {
        if (await this.locate(name, sweepFile)) {
          const inside = await listDirectory(join(this.root!, name));
          return Promise.all(inside.map((each) => this.entry(`${name}/${each}`, name)));
        }
        return [await this.entry(name, isSweep ? '' : undefined)];
      }),
    );
    return found.flat(2);
  }

  /** A folder as the list has it; none where it is no run. */
  private async entry(folder: string, sweep?: string): Promise<ListedRun[]> {
    const config = await this.locate(folder, 'config.json');
    if (!config) return [];
    const metrics = await this.locate(folder, 'metrics.jsonl');
    const { mtimeMs } = await stat(join(this.root!, metrics ?? config));
    const judged = await this.locate(folder, judgementFile);
    return [
      {
        folder,
        modified: Math.round(mtimeMs),
        ...(judged && { isJudged: true }),
        ...(sweep === undefined ? {} : { sweep }),
      },
    ];
  }

  /** The files of a run that the page may read, by their names. */
  async files(folder: string): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const file of served) {
      const path = await this.locate(folder, file);
      if (path) found.set(file, join(this.root!, path));
    }
    return found;
  }

  /** The files of sweeps, by their paths among the runs. */
  async sweepFiles(): Promise<ReadonlyMap<string, string>> {
    const sweeps = new Set((await this.list()).flatMap(({ sweep }) => sweep ?? []));
    const found = [...sweeps].map(async (sweep) => {
      const path = await this.locate(sweep, sweepFile);
      return path ? [[[sweep, sweepFile].filter(Boolean).join('/'), join(this.root!, path)]] : [];
    });
    return new Map((await Promise.all(found)).flat() as [string, string][]);
  }

  /** Sends the list, or a file of a run. */
  async send(
    request: IncomingMessage,
    response: ServerResponse,
    parts: readonly string[],
  ): Promise<void> {
    if (parts.length === 1 && parts[0] === 'index.json') {
      response.writeHead(200, {
        'Content-Type': 'application/json; charset=utf-8',
        'Cache-Control': 'no-store',
      });
      response.end(request.method === 'HEAD' ? undefined : JSON.stringify(await this.list()));
      return;
    }
    const [folder, file = ''] = [parts.slice(0, -1).join('/'), parts.at(-1)];
    const path = await this.locate(folder, file);
    if (!path) return answer(response, 404, 'There is no such run or file.');
    await sendFile(request, response, { root: this.root!, path, type: file, cache: 'no-cache' });
  }

  /**
   * The path of a file of a run or a sweep from the root; undefined when there is none, when it is none
   * that the page may read, or when a symbolic link leads out of the root.
   */
  private async locate(folder: string, file: string): Promise<string | undefined> {
    if (!this.root) return undefined;
    if (this.only !== undefined && folder !== this.only) return undefined;
    const parts = folder === '' ? [] : folder.split('/');
    const isPlain = (part: string) => part !== '' && !part.startsWith('.') && !part.includes('\\');
    if (!parts.every(isPlain)) return undefined;
    const isOfSweep = parts.length === 2 && (await this.locate(parts[0]!, sweepFile)) !== undefined;
    const isMeant =
      file === sweepFile ? parts.length < 2 : served.has(file) && (parts.length === 1 || isOfSweep);
    if (!isMeant) return undefined;
    try {
      const path = await realpath(join(this.root, folder, file));
      const inside = path.startsWith(this.root.endsWith(sep) ? this.root : this.root + sep);
      return inside && (await stat(path)).isFile()
        ? path.slice(this.root.length).split(sep).filter(Boolean).join('/')
        : undefined;
    } catch {
      return undefined;
    }
  }
}
