import { UserError } from '../../../src/base/errors.js';
import { judgementFile, parseJudgement } from '../../../src/runs/judgement.js';
import { parseMetrics } from '../../../src/runs/metrics-lines.js';
import { parseRunConfig } from '../../../src/runs/run-format.js';
import type { RunContent } from './content.js';

/** An entry of `runs/index.json`. */
export interface ServedRun {
  /** The run's folder, below `runs/`. */
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** True where `vaekit judge` has judged it. */
  readonly isJudged?: boolean;
}

const address = (folder: string, file: string) =>
  new URL(`runs/${encodeURIComponent(folder)}/${file}`, document.baseURI).href;

/** The runs beside the page; none on a static host without any. */
export async function listServed(): Promise<readonly ServedRun[]> {
  const response = await fetch(new URL('runs/index.json', document.baseURI));
  if (!response.ok || !/json/.test(response.headers.get('content-type') ?? '')) return [];
  return (await response.json()) as readonly ServedRun[];
}

/** All of a run beside the page. @throws UserError when it is not there or damaged */
export async function openServed(folder: string): Promise<RunContent> {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  // Alone and first: where it is missing there is no run, whichever other file is missing too.
  const config = await read(folder, 'config.json');
  const parsed = parseRunConfig(text(config), `${folder}/config.json`);
  const [parameters, metrics] = await Promise.all([
    read(folder, 'parameters.safetensors'),
    read(folder, 'metrics.jsonl', true),
  ]);
  return {
    id: `served:${folder}`,
    name: folder,
    config: parsed,
    parameters,
    ...(await judgementOf(folder)),
    metrics: parseMetrics(text(metrics), parsed.model, `${folder}/metrics.jsonl`),
  };
}

/** The figures by which a run was judged. Runs are asked for them only where they have some. */
async function judgementOf(folder: string): Promise<Pick<RunContent, 'judgement'>> {
  const entry = (await listServed()).find((each) => each.folder === folder);
  if (!entry?.isJudged) return {};
  const text = new TextDecoder().decode(await read(folder, judgementFile));
  return { judgement: parseJudgement(text, `${folder}/${judgementFile}`) };
}

async function read(
  folder: string,
  file: string,
  optional = false,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address(folder, file), { cache: 'no-cache' });
  if (response.status === 404 && optional) return new Uint8Array();
  if (!response.ok) {
    throw new UserError(
      response.status < 500
        ? `There is no run ${folder} beside this page, or a file of it is missing (${file}). It may have been renamed or removed.`
        : `The run ${folder}: ${file} could not be read (HTTP ${response.status}). Reload the page to try again.`,
    );
  }
  return new Uint8Array(await response.arrayBuffer());
}
