import { exists, readFile } from '#files';
import type { TrackedRun } from '../tracker.js';
import type { KeptEntry, Line, Remote } from './journal.js';
import { type RemoteOptions, remoteTracker } from './remote.js';
import type { Sender, SentLines } from './sending.js';
import { type RunPath, type WandbAddress, WandbClient } from './wandb-client.js';

/** A project of Weights & Biases, and the run that it is told of. */
export interface WandbServer extends WandbAddress {
  /** The user or team; the user's usual one when left out. */
  readonly entity?: string;
  /** The project, which is made where there is none of that name; `vaekit` when left out. */
  readonly project?: string;
  /** The run's name there. */
  readonly run?: string;
  /** The folder of the finished run, whose files are kept there. */
  readonly files?: string;
}

export interface WandbOptions extends WandbServer, RemoteOptions {}

/** Rows of a history in one request. */
const mostRows = 1000;

/**
 * Exit codes by which the service's own clients tell of a training that ended, was broken off by
 * its user, or failed.
 */
const exitCodes = { finished: 0, stopped: 255, failed: 1 } as const;

/** Facts of a run, from its begin on. */
interface Begun extends RunPath {
  /** Milliseconds since 1970. */
  readonly began: number;
  /** Rows of the history that the service has. */
  readonly rows: number;
  /** The latest value of each number, and the latest pictures. */
  readonly summary: Readonly<Record<string, unknown>>;
}

const begunOf = (remote: Remote): Begun => JSON.parse(remote.begun!) as Begun;

const kept = (remote: Remote, begun: Begun): Remote => ({
  ...remote,
  begun: JSON.stringify(begun),
});

/**
 * A run's config in the service's form. Numbers are shown over `step`, not over the rows of the history: the second
 * metric stands for all, and its step is the first one.
 */
function configOf({ config }: TrackedRun): string {
  const own = Object.entries(config).map(([name, value]) => [name, { value }] as const);
  const metrics = [
    { 1: 'step', 6: [3], 7: [] },
    { 2: '*', 5: 1, 6: [1], 7: [] },
  ];
  return JSON.stringify({ ...Object.fromEntries(own), _wandb: { value: { m: metrics } } });
}

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** An id as the service's own clients make one: eight letters and digits. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join('');
}

async function sha256(content: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Tells Weights & Biases of a run's lines. */
class WandbSender implements Sender {
  readonly name = 'wandb';
  private readonly client: WandbClient;

  constructor(
    private readonly server: WandbServer,
    timeout?: number,
  ) {
    this.client = new WandbClient(server, timeout);
  }

  async send(lines: readonly Line[], remote: Remote, folder: string): Promise<SentLines> {
    const [line] = lines as readonly [Line];
    if ('begin' in line) return this.begin(line.begin, line.time, remote);
    if ('entry' in line && !line.entry.pictures) return this.numbers(lines, remote);
    if ('entry' in line) return this.pictures(line.entry, remote, folder);
    if ('files' in line) await this.files(line.files, remote);
    else {
      const end = { complete: true, exitcode: exitCodes[line.end] };
      await this.client.stream(begunOf(remote), end);
    }
    return { count: 1, remote };
  }

  /** The id is kept before it is told, so that a request whose answer is lost makes no second run. */
  private async begin(run: TrackedRun, time: number, remote: Remote): Promise<SentLines> {
    if (!remote.id) return { count: 0, remote: { id: newId() } };
    const { entity, project = 'vaekit', run: displayName } = this.server;
    const path = await this.client.upsertRun({
      ...{ name: remote.id, project, entity, displayName },
      config: configOf(run),
      notes: run.summary,
    });
    const before = remote.begun ? begunOf(remote) : { began: time, rows: 0, summary: {} };
    return { count: 1, remote: kept(remote, { ...before, ...path }) };
  }

  /** Adds rows to the history, at their places, and the latest values to the summary. */
  private async addRows(
    remote: Remote,
    added: readonly { readonly entry: KeptEntry; readonly values: Record<string, unknown> }[],
    uploaded: readonly string[] = [],
  ): Promise<Remote> {
    const begun = begunOf(remote);
    const rows = added.map(({ entry: { step, epoch, time }, values }, i) => ({
      ...values,
      step,
      ...(epoch === undefined ? {} : { epoch }),
      _step: begun.rows + i,
      _timestamp: time / 1000,
      _runtime: (time - begun.began) / 1000,
    }));
    const { _runtime: runtime } = rows.at(-1)!;
    const summary = Object.assign({}, begun.summary, ...rows, { _wandb: { runtime } });
    await this.client.stream(begun, {
      files: {
        'wandb-history.jsonl': {
          offset: begun.rows,
          content: rows.map((row) => JSON.stringify(row)),
        },
        'wandb-summary.json': { offset: 0, content: [JSON.stringify(summary)] },
      },
      ...(uploaded.length === 0 ? {} : { uploaded }),
    });
    return kept(remote, { ...begun, rows: begun.rows + rows.length, summary });
  }

  /** Numbers of the lines that come first, as many as one request takes. */
  private async numbers(lines: readonly Line[], remote: Remote): Promise<SentLines> {
    const rows: { entry: KeptEntry; values: Record<string, unknown> }[] = [];
    for (const line of lines) {
      if (!('entry' in line) || line.entry.pictures || rows.length === mostRows) break;
      const { epoch, scalars = {} } = line.entry;
      const prefix = epoch === undefined ? 'step' : 'epoch';
      const finite = Object.entries(scalars).filter(([, value]) => Number.isFinite(value));
      const values = Object.fromEntries(
        finite.map(([name, value]) => [`${prefix}/${name}`, value]),
      );
      rows.push({ entry: line.entry, values });
    }
    return { count: rows.length, remote: await this.addRows(remote, rows) };
  }

  /** The files of pictures, then the row that names them. */
  private async pictures(entry: KeptEntry, remote: Remote, folder: string): Promise<SentLines> {
    const begun = begunOf(remote);
    const values: Record<string, unknown> = {};
    const uploaded: string[] = [];
    for (const [name, file] of Object.entries(entry.pictures ?? {})) {
      const content = await readFile(`${folder}/${file}`);
      const digest = await sha256(content);
      const path = `media/images/${name}_${begun.rows}_${digest.slice(0, 20)}.png`;
      await this.client.upload(begun, path, content);
      const view = new DataView(content.buffer, content.byteOffset);
      // Width and height are in the first chunk of a PNG file, behind its signature.
      const [width, height] = [view.getUint32(16), view.getUint32(20)];
      const size = content.length;
      const facts = { _type: 'image-file', sha256: digest, size, path };
      values[name] = { ...facts, format: 'png', width, height };
      uploaded.push(path);
    }
    return { count: 1, remote: await this.addRows(remote, [{ entry, values }], uploaded) };
  }

  private async files(names: readonly string[], remote: Remote): Promise<void> {
    for (const name of names) {
      const path = `${this.server.files}/${name}`;
      // The user may have removed it since.
      if (await exists(path)) await this.client.upload(begunOf(remote), name, await readFile(path));
    }
  }
}

/**
 * Sends a run's lines to Weights & Biases.
 * @param timeout milliseconds until a request without a file is given up
 */
export const wandbSender = (server: WandbServer, timeout?: number): Sender =>
  new WandbSender(server, timeout);

/**
 * Follows a training on Weights & Biases, or a server that speaks its interface: settings as the run's config, means
 * over the latest steps (`step/loss`) and over epochs (`epoch/loss`, `epoch/val_loss`) as rows of its history, pictures, and
 * the files of the run.
 */
export function wandb({ folder, onTrouble, isOffline, ...server }: WandbOptions) {
  return remoteTracker(wandbSender(server), {
    folder,
    ...(onTrouble && { onTrouble }),
    ...(isOffline && { isOffline }),
  });
}
