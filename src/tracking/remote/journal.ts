import { appendFile, exists, makeDirectory, readFile, writeFileAtomic } from '#files';
import { parseJson } from '../../base/json.js';
import type { TrainingEnd } from '../../training/index.js';
import type { Entry, TrackedRun } from '../tracker.js';

/** An entry whose pictures are files beside the journal. */
export interface KeptEntry extends Omit<Entry, 'pictures' | 'histograms'> {
  /** Paths in the journal's folder, by the names of pictures. */
  readonly pictures?: Readonly<Record<string, string>>;
}

/** A line of a journal: a moment of a training, for a server. */
export type Line =
  | { readonly begin: TrackedRun; readonly step: number; readonly time: number }
  | { readonly entry: KeptEntry }
  | { readonly end: TrainingEnd['state']; readonly time: number }
  /** Files of the finished run, in its folder. */
  | { readonly files: readonly string[] };

/** Facts that a server gave for later calls, such as the run's id there. */
export type Remote = Readonly<Record<string, string>>;

interface Sent {
  /** Lines that the server has. */
  readonly lines: number;
  readonly remote: Remote;
}

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/**
 * All lines of a run for a server, on disk before they are sent: `journal.jsonl`, the pictures beside it, and
 * `sent.json` with the number of lines that the server has.
 */
export class Journal {
  private pictures = 0;

  private constructor(
    readonly folder: string,
    private readonly lines: Line[],
    private state: Sent,
  ) {}

  /** @throws UserError when the folder cannot be read or written */
  static async open(folder: string): Promise<Journal> {
    await makeDirectory(folder);
    const [path, sentPath] = [`${folder}/journal.jsonl`, `${folder}/sent.json`];
    const text = (await exists(path)) ? decode(await readFile(path)) : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    // A process that was killed may have left half a line.
    if (whole.length < text.length) await writeFileAtomic(path, whole);
    const lines = whole.split('\n').filter((line) => line !== '');
    const state = (await exists(sentPath))
      ? (parseJson(decode(await readFile(sentPath)), sentPath) as Sent)
      : { lines: 0, remote: {} };
    return new Journal(
      folder,
      lines.map((line) => parseJson(line, path) as Line),
      state,
    );
  }

  /** Lines that the server was not told of yet. */
  get unsent(): readonly Line[] {
    return this.lines.slice(this.state.lines);
  }

  get remote(): Remote {
    return this.state.remote;
  }

  async add(line: Line): Promise<void> {
    await appendFile(`${this.folder}/journal.jsonl`, `${JSON.stringify(line)}\n`);
    this.lines.push(line);
  }

  /** Adds an entry, with its pictures. */
  async addEntry({ pictures = {}, histograms: _, ...entry }: Entry): Promise<void> {
    const paths: Record<string, string> = {};
    for (const [name, png] of Object.entries(pictures)) {
      this.pictures += 1;
      paths[name] = `${entry.step}-${this.pictures}.png`;
      await writeFileAtomic(`${this.folder}/${paths[name]}`, png);
    }
    const isEmpty = Object.keys(paths).length === 0;
    if (isEmpty && !entry.scalars) return;
    await this.add({ entry: isEmpty ? entry : { ...entry, pictures: paths } });
  }

  /** Notes that the server was told of the next lines, and the facts that it gave. */
  async noteSent(count: number, remote: Remote): Promise<void> {
    this.state = { lines: this.state.lines + count, remote };
    await writeFileAtomic(`${this.folder}/sent.json`, JSON.stringify(this.state));
  }
}
