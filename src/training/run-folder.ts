import type { Tensor } from 'onnxruntime-common';
import { appendFile, exists, makeDirectory, readFile, writeFileAtomic } from '#files';
import { UserError } from '../data/errors.js';
import { parseJson } from '../data/json.js';
import { decodeSafetensors, encodeSafetensors } from '../data/safetensors.js';
import type { EpochMetrics } from './fit.js';

/** The version of the run folder's layout that this version writes. */
const format = 1;

/** The JSON schema of configs, from a project's folder. */
export const packageSchema = './node_modules/vaekit/schema/run.schema.json';

/** The same from a folder inside of the project, so that editors find it. */
function schemaFrom(folder: string): string {
  const parts = folder.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  const inside = !/^([\\/]|[a-z]:)/i.test(folder) && !parts.includes('..');
  return inside && parts.length > 0
    ? packageSchema.replace('./', '../'.repeat(parts.length))
    : packageSchema;
}

const configFile = 'config.json';
const parametersFile = 'parameters.safetensors';
const metricsFile = 'metrics.jsonl';

/**
 * What a `config.json` says.
 * @param name the file, for messages
 * @throws UserError when the text is not JSON or of a newer format
 */
export function parseRunConfig(text: string, name: string): Record<string, unknown> {
  const config = parseJson(text, name);
  if (typeof config !== 'object' || config === null || !('format' in config)) {
    throw new UserError(`${name}: there is no 'format' in it. Give a run that vaekit wrote.`);
  }
  if (config.format !== format) {
    throw new UserError(
      `${name}: format ${String(config.format)} is not known to this version, which reads ${format}. Update vaekit.`,
    );
  }
  return { ...config };
}

/** The lines of a `metrics.jsonl`. */
export function parseMetrics(text: string): EpochMetrics[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as EpochMetrics);
}

/** A folder that holds one model: how it is built, its parameters, and what its training left. */
export class RunFolder {
  private constructor(readonly path: string) {}

  /**
   * A new run folder.
   * @throws UserError when the folder cannot be written or already holds a run
   */
  static async create(path: string): Promise<RunFolder> {
    if (path === '') throw new UserError('The name of the run folder is empty. Give one.');
    const folder = new RunFolder(path);
    if (await RunFolder.holdsRun(path)) {
      throw new UserError(`${path} already holds a run. Choose another folder.`);
    }
    await makeDirectory(path);
    return folder;
  }

  static holdsRun(path: string): Promise<boolean> {
    return exists(new RunFolder(path).file(configFile));
  }

  /** An existing run folder. @throws UserError when there is none */
  static async open(path: string): Promise<RunFolder> {
    const folder = new RunFolder(path);
    if (!(await RunFolder.holdsRun(path))) {
      throw new UserError(
        `${path} holds no run: there is no ${configFile} in it. Give the folder that training wrote.`,
      );
    }
    return folder;
  }

  file(name: string): string {
    return `${this.path.replace(/\/+$/, '')}/${name}`;
  }

  /** Writes a file whole. */
  write(name: string, content: Uint8Array | string): Promise<void> {
    return writeFileAtomic(this.file(name), content);
  }

  writeConfig(config: Readonly<Record<string, unknown>>): Promise<void> {
    const whole = { $schema: schemaFrom(this.path), format, ...config };
    return this.write(configFile, `${JSON.stringify(whole, null, 2)}\n`);
  }

  /** @throws UserError when the file is not JSON or of a newer format */
  async readConfig(): Promise<Record<string, unknown>> {
    const name = this.file(configFile);
    return parseRunConfig(new TextDecoder().decode(await readFile(name)), name);
  }

  writeParameters(parameters: Readonly<Record<string, Tensor>>): Promise<void> {
    return this.write(parametersFile, encodeSafetensors(parameters));
  }

  async readParameters(): Promise<Record<string, Tensor>> {
    const name = this.file(parametersFile);
    return decodeSafetensors(await readFile(name), name).tensors;
  }

  appendMetrics(line: EpochMetrics): Promise<void> {
    return appendFile(this.file(metricsFile), `${JSON.stringify(line)}\n`);
  }

  /** The lines written so far; none when the run has no metrics. */
  async readMetrics(): Promise<EpochMetrics[]> {
    if (!(await exists(this.file(metricsFile)))) return [];
    return parseMetrics(new TextDecoder().decode(await readFile(this.file(metricsFile))));
  }
}
