import { UserError } from '../../../src/base/errors.js';
import { isGzip } from '../../../src/data/files/gzip.js';
import { parseMetrics } from '../../../src/runs/metrics-lines.js';
import { parseRunConfig } from '../../../src/runs/run-format.js';
import type { RunContent } from './content.js';

/** The models that come with the page: one network on MNIST with three weights of the KL term. */
export const shippedNames = ['beta-0', 'beta-1', 'beta-10'] as const;

export type ShippedName = (typeof shippedNames)[number];

/** The weight of a shipped model's KL term. */
export const betaOf = (name: ShippedName): string => name.replace('beta-', '');

/** The id of a shipped model among runs. */
export const shippedId = (name: ShippedName): string => `shipped:${name}`;

export const isShipped = (id: string): boolean => id.startsWith('shipped:');

/** All of a run that comes with the page. @throws UserError when it is not there */
export async function openShipped(name: string): Promise<RunContent> {
  const [config, metrics, parameters] = await Promise.all([
    readShipped(`${name}/config.json`),
    readShipped(`${name}/metrics.jsonl`),
    readShipped(`${name}/parameters.safetensors.gz`),
  ]);
  const parsed = parseRunConfig(textOf(config), `${name}/config.json`);
  return {
    id: `shipped:${name}`,
    name,
    config: parsed,
    parameters,
    metrics: parseMetrics(textOf(metrics), parsed.model, `${name}/metrics.jsonl`),
  };
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A file of the shipped models, decompressed. @throws UserError when it is not there */
export async function readShipped(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(new URL(`models/${file}`, document.baseURI));
  if (!response.ok) {
    throw new UserError(
      'The model that comes with the page could not be read. Reload the page, or train one yourself.',
    );
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  // Some hosts send such files as compressed content, which the browser has then decompressed.
  if (!isGzip(bytes)) return bytes;
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}
