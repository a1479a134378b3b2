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
  /** The folder of the sweep that it is of; empty where that is the folder of all runs. */
  readonly sweep?: string;
}

/** The address of a file; a run of a sweep is in the sweep's folder. */
function address(folder: string, file: string): string {
  const parts = [...folder.split('/'), file].filter((part) => part !== '');
  return new URL(`runs/${parts.map(encodeURIComponent).join('/')}`, document.baseURI).href;
}

/** The runs beside the page; none on a static host without any. */
export async function listServed(): Promise<readonly ServedRun[]> {
  const response = await fetch(new URL('runs/index.json', document.baseURI));
  if (!response.ok || !/json/.test(response.headers.get('content-type') ?? '')) return [];
  return (await response.json()) as readonly ServedRun[];
}

/** All of a run beside the page. @throws UserError when it is not there or damaged */
export async function openServed(folder: string): Promise<RunContent> {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  // Reads the config alone and first: where it is missing there is no run, whichever other file is missing too.
  const config = await readServed(folder, 'config.json');
  const parsed = parseRunConfig(text(config), `${folder}/config.json`);
  const [parameters, metrics] = await Promise.all([
    readServed(folder, 'parameters.safetensors'),
    readServed(folder, 'metrics.jsonl', true),
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
  const text = new TextDecoder().decode(await readServed(folder, judgementFile));
  return { judgement: parseJudgement(text, `${folder}/${judgementFile}`) };
}

/**
 * A file beside the page.
 * @throws UserError when it is not there, unless it is optional: then it is empty
 */
export async function readServed(
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
