import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Metric {
  readonly key: string;
  readonly value: number;
  readonly step: number;
}

/** A run that the server keeps. */
interface Run {
  readonly info: { readonly run_id: string; readonly artifact_uri: string };
  readonly tags: { readonly key: string; readonly value: string }[];
  readonly name: string;
  readonly params: Map<string, string>;
  readonly metrics: Metric[];
  status: string;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** A server that speaks the parts of MLflow's REST interface that trackers need, as its documents have them. */
export async function mlflowServer() {
  const experiments = new Map<string, string>();
  const runs = new Map<string, Run>();
  const artifacts = new Map<string, Buffer>();
  /** Decides the fate of a request: it is served, soon or late, or refused, it fails, or it is served and its answer lost. */
  let fate: (path: string) => 'served' | 'late' | 'refused' | 'failed' | 'lost' = () => 'served';
  const answers: Record<string, (body: never) => unknown> = {
    'experiments/create': ({ name }: { name: string }) => {
      experiments.set(name, String(experiments.size + 1));
      return { experiment_id: experiments.get(name) };
    },
    'runs/create': ({ run_name, tags }: { run_name: string; tags: Run['tags'] }) => {
      const run_id = `run${runs.size}`;
      const run: Run = {
        info: { run_id, artifact_uri: `mlflow-artifacts:/1/${run_id}/artifacts` },
        ...{ tags, name: run_name, params: new Map(), metrics: [], status: 'RUNNING' },
      };
      runs.set(run_id, run);
      return { run };
    },
    'runs/search': ({ filter }: { filter: string }) => {
      const [, key, value] = /^tags\.`([^`]+)` = '([^']+)'$/.exec(filter)!;
      const isIt = ({ tags }: Run) => tags.some((tag) => tag.key === key && tag.value === value);
      return { runs: [...runs.values()].filter(isIt) };
    },
    'runs/update': ({ run_id, status }: { run_id: string; status: string }) => {
      runs.get(run_id)!.status = status;
      return {};
    },
    'runs/log-batch': (batch: {
      run_id: string;
      params?: { key: string; value: string }[];
      metrics?: Metric[];
    }) => {
      const { params = [], metrics = [] } = batch;
      if (params.length > 100 || metrics.length > 1000) throw new Error('too many in a request');
      const run = runs.get(batch.run_id)!;
      for (const { key, value } of params) run.params.set(key, value);
      run.metrics.push(...metrics);
      return {};
    },
  };
  const server = createServer(async (request, response) => {
    const path = request.url!.replace('/api/2.0/', '');
    const body = await bodyOf(request);
    const own = fate(path);
    if (own === 'failed') {
      request.socket.destroy();
      return;
    }
    if (own === 'late') await new Promise((resolve) => setTimeout(resolve, 200));
    let [status, answer]: [number, unknown] = [200, {}];
    if (own === 'refused') [status, answer] = [403, { message: 'Permission "x" is needed.' }];
    else if (path.startsWith('mlflow-artifacts/artifacts/')) {
      artifacts.set(decodeURIComponent(path.slice('mlflow-artifacts/artifacts/'.length)), body);
    } else if (path.startsWith('mlflow/experiments/get-by-name')) {
      const name = new URL(request.url!, 'http://x').searchParams.get('experiment_name')!;
      const experiment_id = experiments.get(name);
      [status, answer] = experiment_id
        ? [200, { experiment: { experiment_id } }]
        : [404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no such experiment' }];
    } else {
      answer = answers[path.replace('mlflow/', '')]!(JSON.parse(body.toString()) as never);
    }
    if (own === 'lost') {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    runs,
    artifacts,
    decide(next: typeof fate) {
      fate = next;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
