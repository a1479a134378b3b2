import { UserError } from '../../base/errors.js';
import { timeouts } from './timeouts.js';

/** The address of an MLflow server, and how it knows the user. */
export interface MlflowAddress {
  /** The server's address, such as http://localhost:5000. */
  readonly uri: string;
  /** A token, or a user's name and password. */
  readonly token?: string;
  readonly user?: { readonly name: string; readonly password: string };
}

/** The reason in a server's answer; undefined where it tells none. */
function messageIn(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** The client of an MLflow server's REST interface. */
export class MlflowClient {
  constructor(
    private readonly server: MlflowAddress,
    private readonly timeout: number = timeouts.beside,
  ) {}

  private get base(): string {
    return this.server.uri.replace(/\/+$/, '');
  }

  private get headers(): Record<string, string> {
    const { token, user } = this.server;
    if (token) return { authorization: `Bearer ${token}` };
    if (!user) return {};
    const both = new TextEncoder().encode(`${user.name}:${user.password}`);
    return { authorization: `Basic ${btoa(String.fromCharCode(...both))}` };
  }

  /** The status and the text of an answer. @throws UserError when there is none */
  private async request(path: string, init: RequestInit, timeout = this.timeout) {
    const url = `${this.base}/api/2.0/${path}`;
    try {
      const response = await fetch(url, {
        ...init,
        headers: { ...this.headers, ...init.headers },
        signal: AbortSignal.timeout(timeout),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      throw new UserError(`${this.base} does not answer.`, { cause: error });
    }
  }

  /** The text of an answer. @throws UserError when the server refuses */
  private checked({ status, text }: { readonly status: number; readonly text: string }): string {
    if (status < 400) return text;
    const message = messageIn(text) ?? 'no reason is told';
    throw new UserError(`${this.base} refuses (${status}): ${message}`);
  }

  async post<Answer>(path: string, body: unknown): Promise<Answer> {
    const answer = await this.request(`mlflow/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    return JSON.parse(this.checked(answer)) as Answer;
  }

  /** The id of the experiment of this name. */
  async experiment(name: string): Promise<string> {
    const query = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    const found = await this.request(`mlflow/${query}`, {});
    if (found.status === 404) {
      return (await this.post<{ experiment_id: string }>('experiments/create', { name }))
        .experiment_id;
    }
    const { experiment } = JSON.parse(this.checked(found)) as {
      experiment: { experiment_id: string };
    };
    return experiment.experiment_id;
  }

  /** Keeps a file with a run, where the server takes files itself. */
  async artifact(uri: string, path: string, content: Uint8Array<ArrayBuffer>): Promise<void> {
    const place = /^mlflow-artifacts:\/+(.*)$/.exec(uri)?.[1];
    if (place === undefined) {
      throw new UserError(
        `${this.base} keeps files at ${uri}, where only its own client can write. Start it with --serve-artifacts.`,
      );
    }
    const names = `${place}/${path}`.split('/').map(encodeURIComponent).join('/');
    const init = { method: 'PUT', body: content };
    this.checked(await this.request(`mlflow-artifacts/artifacts/${names}`, init, timeouts.file));
  }
}
