import { exists, readFile } from '#files';
import type { TrackedRun } from '../tracker.js';
import type { KeptEntry, Line, Remote } from './journal.js';
import { type MlflowAddress, MlflowClient } from './mlflow-client.js';
import { type RemoteOptions, remoteTracker } from './remote.js';
import type { Sender, SentLines } from './sending.js';

/** An MLflow server, and the run that it is told of. */
export interface MlflowServer extends MlflowAddress {
  /** The experiment, which is made where there is none of that name; `vaekit` when left out. */
  readonly experiment?: string;
  /** The run's name there. */
  readonly run?: string;
  /** The folder of the finished run, whose files are kept there. */
  readonly files?: string;
}

export interface MlflowOptions extends MlflowServer, RemoteOptions {}

/** Limits of one request (mlflow.org/docs/latest/rest-api.html, "Log Batch"). */
const [mostMetrics, mostParameters] = [1000, 100];

/** Plain data as pairs of a path and a text: `model.latent` is `2`. */
function flat(value: unknown, path = ''): (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  const inner = Object.entries(value);
  if (inner.length === 0) return [[path, Array.isArray(value) ? '[]' : '{}']];
  return inner.flatMap(([name, each]) => flat(each, path === '' ? name : `${path}.${name}`));
}

/** Lists of so many at most. */
function piecesOf<Item>(items: readonly Item[], most: number): Item[][] {
  const count = Math.ceil(items.length / most);
  return Array.from({ length: count }, (_, i) => items.slice(i * most, (i + 1) * most));
}

/** The tag of a run by which it is found again. */
const idTag = 'vaekit.id';

const statuses = { finished: 'FINISHED', stopped: 'KILLED', failed: 'FAILED' } as const;

/** A run as the server tells of it. */
interface ServerRun {
  readonly info: { readonly run_id: string; readonly artifact_uri: string };
}

/** Tells an MLflow server of a run's lines. */
class MlflowSender implements Sender {
  readonly name = 'mlflow';
  private readonly client: MlflowClient;

  constructor(
    private readonly server: MlflowServer,
    timeout?: number,
  ) {
    this.client = new MlflowClient(server, timeout);
  }

  async send(lines: readonly Line[], remote: Remote, folder: string): Promise<SentLines> {
    const [line] = lines as readonly [Line];
    if ('begin' in line) return this.begin(line.begin, line.time, remote);
    if ('entry' in line && !line.entry.pictures) return this.numbers(lines, remote);
    if ('entry' in line) await this.pictures(line.entry, remote, folder);
    else if ('files' in line) await this.files(line.files, remote);
    else {
      const [run_id, status] = [remote.run, statuses[line.end]];
      await this.client.post('runs/update', { run_id, status, end_time: line.time });
    }
    return { count: 1, remote };
  }

  /** Makes the run in steps that are kept one by one, so that after a failure no step is done twice. */
  private async begin(run: TrackedRun, time: number, remote: Remote): Promise<SentLines> {
    const { id, run: run_id, isSet } = remote;
    if (!id) return { count: 0, remote: { id: crypto.randomUUID() } };
    if (!run_id) {
      const { run_id: made, artifact_uri } = await this.create(run, time, id);
      return { count: 0, remote: { id, run: made, artifacts: artifact_uri } };
    }
    if (isSet) {
      await this.client.post('runs/update', { run_id, status: 'RUNNING' });
      return { count: 1, remote };
    }
    const params = flat(run.config).map(([key, value]) => ({ key, value }));
    for (const piece of piecesOf(params, mostParameters)) {
      await this.client.post('runs/log-batch', { run_id, params: piece });
    }
    return { count: 1, remote: { ...remote, isSet: 'yes' } };
  }

  private async create({ summary }: TrackedRun, time: number, id: string) {
    const { client, server } = this;
    const experiment_id = await client.experiment(server.experiment ?? 'vaekit');
    // A request may have made the run whose answer was lost.
    const { runs = [] } = await client.post<{ readonly runs?: readonly ServerRun[] }>(
      'runs/search',
      { experiment_ids: [experiment_id], filter: `tags.\`${idTag}\` = '${id}'` },
    );
    if (runs[0]) return runs[0].info;
    const note = { key: 'mlflow.note.content', value: `\`\`\`\n${summary}\n\`\`\`` };
    const { run } = await client.post<{ readonly run: ServerRun }>('runs/create', {
      experiment_id,
      start_time: time,
      ...(server.run ? { run_name: server.run } : {}),
      tags: [note, { key: idTag, value: id }],
    });
    return run.info;
  }

  /** Numbers of the lines that come first, as many as one request takes. */
  private async numbers(lines: readonly Line[], remote: Remote): Promise<SentLines> {
    const metrics: unknown[] = [];
    let count = 0;
    for (const line of lines) {
      if (!('entry' in line) || line.entry.pictures) break;
      const { step, epoch, time, scalars = {} } = line.entry;
      const prefix = epoch === undefined ? 'step' : 'epoch';
      const own = Object.entries(scalars)
        .filter(([, value]) => Number.isFinite(value))
        .map(([name, value]) => ({ key: `${prefix}/${name}`, value, timestamp: time, step }));
      if (count > 0 && metrics.length + own.length > mostMetrics) break;
      metrics.push(...own);
      count += 1;
    }
    await this.client.post('runs/log-batch', { run_id: remote.run, metrics });
    return { count, remote };
  }

  private async pictures({ step, pictures = {} }: KeptEntry, remote: Remote, folder: string) {
    const at = String(step).padStart(8, '0');
    for (const [name, path] of Object.entries(pictures)) {
      await this.file(remote, `pictures/${name}/step-${at}.png`, `${folder}/${path}`);
    }
  }

  private async files(names: readonly string[], remote: Remote): Promise<void> {
    for (const name of names) {
      const path = `${this.server.files}/${name}`;
      // The user may have removed it since.
      if (await exists(path)) await this.file(remote, name, path);
    }
  }

  private async file(remote: Remote, name: string, path: string): Promise<void> {
    await this.client.artifact(remote.artifacts!, name, await readFile(path));
  }
}

/**
 * Sends a run's lines to an MLflow server.
 * @param timeout milliseconds until a request without a file is given up
 */
export const mlflowSender = (server: MlflowServer, timeout?: number): Sender =>
  new MlflowSender(server, timeout);

/**
 * Follows a training on an MLflow server by its REST interface: settings as parameters, means over the latest steps
 * (`step/loss`) and over epochs (`epoch/loss`, `epoch/val_loss`) as metrics, pictures and the files of the run as
 * artifacts.
 */
export function mlflow({ folder, onTrouble, ...server }: MlflowOptions) {
  return remoteTracker(mlflowSender(server), { folder, ...(onTrouble && { onTrouble }) });
}
