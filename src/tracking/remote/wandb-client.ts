import { UserError } from '../../base/errors.js';
import { timeouts } from './timeouts.js';

/** Says where Weights & Biases is, and how it knows the user. */
export interface WandbAddress {
  /** The address of its interface, such as https://api.wandb.ai, which it is when left out. */
  readonly baseUrl?: string;
  readonly apiKey: string;
}

const usualAddress = 'https://api.wandb.ai';

/** A run's names in addresses, as the service gives them. */
export interface RunPath {
  readonly entity: string;
  readonly project: string;
  /** The run's id. */
  readonly run: string;
}

/** Lines of a run's files that grow, from a line on. */
export interface StreamedFiles {
  readonly files?: Readonly<
    Record<string, { readonly offset: number; readonly content: readonly string[] }>
  >;
  /** Paths of files that were uploaded. */
  readonly uploaded?: readonly string[];
  readonly complete?: boolean;
  readonly exitcode?: number;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string }[];
}

/** A place for a file, with headers as `name:value`. */
interface Place {
  readonly uploadHeaders: readonly string[];
  readonly files: readonly { readonly name: string; readonly uploadUrl: string }[];
}

const upsertBucket = `mutation UpsertBucket(
  $name: String, $project: String, $entity: String, $displayName: String, $config: JSONString, $notes: String
) {
  upsertBucket(input: {
    name: $name, modelName: $project, entityName: $entity, displayName: $displayName, config: $config, notes: $notes
  }) {
    bucket { name project { name entity { name } } }
  }
}`;

const createRunFiles = `mutation CreateRunFiles(
  $entity: String!, $project: String!, $run: String!, $files: [String!]!
) {
  createRunFiles(input: { entityName: $entity, projectName: $project, runName: $run, files: $files }) {
    uploadHeaders
    files { name uploadUrl }
  }
}`;

/** The reason in an answer that refuses; undefined where it tells none. */
function reasonIn(text: string): string | undefined {
  try {
    const { errors, error } = JSON.parse(text) as Answer & { readonly error?: unknown };
    const told = errors?.[0]?.message ?? error;
    return typeof told === 'string' ? told : undefined;
  } catch {
    return undefined;
  }
}

const sentence = (text: string) => text.replace(/\.?$/, '.');

/**
 * The client of the interface that W&B's own clients use: GraphQL for runs and the places of files, `file_stream` for
 * the lines of a run's history.
 */
export class WandbClient {
  readonly base: string;

  constructor(
    private readonly address: WandbAddress,
    private readonly timeout: number = timeouts.beside,
  ) {
    this.base = (address.baseUrl ?? usualAddress).replace(/\/+$/, '');
  }

  private get headers(): Record<string, string> {
    return { authorization: `Basic ${btoa(`api:${this.address.apiKey}`)}` };
  }

  /** The text of an answer. @throws UserError when there is none, or the service refuses */
  private async request(url: string, init: RequestInit, timeout = this.timeout): Promise<string> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeout) });
      text = await response.text();
    } catch (error) {
      throw new UserError(`${this.base} does not answer.`, { cause: error });
    }
    if (response.ok) return text;
    const reason = sentence(reasonIn(text) ?? 'no reason is told');
    throw new UserError(`${this.base} refuses (${response.status}): ${reason}`);
  }

  private async post(path: string, body: unknown): Promise<string> {
    return this.request(`${this.base}/${path}`, {
      method: 'POST',
      headers: { ...this.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  private async query<Data>(query: string, variables: Readonly<Record<string, unknown>>) {
    const text = await this.post('graphql', { query, variables });
    const { data, errors } = JSON.parse(text) as Answer;
    if (errors?.[0]) throw new UserError(`${this.base} refuses: ${sentence(errors[0].message)}`);
    return data as Data;
  }

  /** Makes a run, or changes it where there is one of this id. @returns the names that the service gives it */
  async upsertRun(run: {
    readonly name: string;
    readonly project: string;
    readonly entity?: string | undefined;
    readonly displayName?: string | undefined;
    readonly config: string;
    readonly notes: string;
  }): Promise<RunPath> {
    const { upsertBucket: answer } = await this.query<{
      upsertBucket: {
        bucket: { name: string; project: { name: string; entity: { name: string } } };
      };
    }>(upsertBucket, run);
    const { name, project } = answer.bucket;
    return { entity: project.entity.name, project: project.name, run: name };
  }

  /** Adds lines to a run's files. Lines that are there at their place are written over. */
  async stream({ entity, project, run }: RunPath, lines: StreamedFiles): Promise<void> {
    const path = ['files', entity, project, run, 'file_stream'].map(encodeURIComponent).join('/');
    await this.post(path, lines);
  }

  /** Keeps a file with a run. */
  async upload(path: RunPath, name: string, content: Uint8Array<ArrayBuffer>): Promise<void> {
    const { createRunFiles: place } = await this.query<{ createRunFiles: Place }>(createRunFiles, {
      ...path,
      files: [name],
    });
    const { uploadUrl } = place.files[0]!;
    const headers = place.uploadHeaders.map((header) => {
      const colon = header.indexOf(':');
      return [header.slice(0, colon), header.slice(colon + 1).trim()] as const;
    });
    await this.request(
      new URL(uploadUrl, this.base).href,
      { method: 'PUT', body: content, headers: Object.fromEntries(headers) },
      timeouts.file,
    );
  }
}
