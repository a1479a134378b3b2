import type { Tensor } from 'onnxruntime-common';
import { makeDirectory } from '#files';
import { UserError } from '../data/errors.js';
import { decodeSafetensors, encodeSafetensors, type TensorInfo } from '../data/safetensors.js';
import type { EpochMetrics } from './evaluate.js';
import { mostMetricsText, parseMetrics } from './metrics-lines.js';
import { filesInFolder, filesInMemory, openRunFiles, type RunFiles } from './run-files.js';
import { mostConfigText, parseRunConfig, runFormat } from './run-format.js';

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
/** More bytes than the parameters' names take; with parameters of another model, it tells which. */
const mostHeader = 2 ** 26;
const metricsFile = 'metrics.jsonl';

/**
 * What holds one model: how it is built, its parameters, and what its training left. It is a folder,
 * a zip archive of one, or in memory.
 */
export class RunFolder {
  private constructor(private readonly files: RunFiles) {}

  /**
   * A new run folder.
   * @throws UserError when the folder cannot be written or already holds a run
   */
  static async create(path: string): Promise<RunFolder> {
    if (path === '') throw new UserError('The name of the run folder is empty. Give one.');
    if (await RunFolder.holdsRun(path)) {
      throw new UserError(`${path} already holds a run. Choose another folder.`);
    }
    await makeDirectory(path);
    return new RunFolder(filesInFolder(path));
  }

  /** A new run that is kept in memory, as in a browser, until it is had as a zip archive. */
  static inMemory(): RunFolder & { zip(): Promise<Uint8Array<ArrayBuffer>> } {
    const files = filesInMemory('run');
    return Object.assign(new RunFolder(files), { zip: files.zip });
  }

  static holdsRun(path: string): Promise<boolean> {
    return filesInFolder(path).has(configFile);
  }

  /**
   * An existing run: a folder, a zip archive of one, or the bytes of such an archive.
   * @throws UserError when there is none
   */
  static async open(place: string | Uint8Array): Promise<RunFolder> {
    return new RunFolder(await openRunFiles(place, configFile));
  }

  /** The folder, or what the run is called in messages. */
  get path(): string {
    return this.files.path;
  }

  file(name: string): string {
    return this.files.file(name);
  }

  /** Writes a file whole. */
  write(name: string, content: Uint8Array | string): Promise<void> {
    return this.files.write(name, content);
  }

  writeConfig(config: Readonly<Record<string, unknown>>): Promise<void> {
    const whole = { $schema: schemaFrom(this.path), format: runFormat, ...config };
    return this.write(configFile, `${JSON.stringify(whole, null, 2)}\n`);
  }

  /**
   * The content of `config.json`, of whatever version, as the present version has it.
   * @throws UserError when the file is not JSON or of a newer format
   */
  async readConfig(): Promise<Record<string, unknown>> {
    const name = this.file(configFile);
    return parseRunConfig(await this.readText(configFile, mostConfigText), name);
  }

  writeParameters(parameters: Readonly<Record<string, Tensor>>): Promise<void> {
    return this.write(parametersFile, encodeSafetensors(parameters));
  }

  /**
   * The parameters by name.
   * @param bytes that the model's parameters take; of a much larger file nothing is read
   * @param check sees what the file announces before memory is taken for it
   * @throws UserError when the file is not whole and consistent; what `check` throws
   */
  async readParameters(
    bytes: number,
    check: (announced: readonly TensorInfo[]) => void,
  ): Promise<Record<string, Tensor>> {
    const name = this.file(parametersFile);
    const content = await this.files.read(parametersFile, bytes + mostHeader);
    return decodeSafetensors(content, name, check).tensors;
  }

  appendMetrics(line: EpochMetrics): Promise<void> {
    return this.files.append(metricsFile, `${JSON.stringify(line)}\n`);
  }

  /**
   * The lines written so far; none when the run has no metrics.
   * @throws UserError when a line is none that training writes
   */
  async readMetrics(): Promise<EpochMetrics[]> {
    if (!(await this.files.has(metricsFile))) return [];
    return parseMetrics(await this.readText(metricsFile, mostMetricsText), this.file(metricsFile));
  }

  private async readText(name: string, most: number): Promise<string> {
    return new TextDecoder().decode(await this.files.read(name, most));
  }
}
