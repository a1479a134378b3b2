import type { Tensor } from 'onnxruntime-common';
import { makeDirectory } from '#files';
import { UserError } from '../base/errors.js';
import { parseJson } from '../base/json.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  type TensorInfo,
} from '../data/codecs/safetensors.js';
import type { Checkpoint, EpochMetrics } from '../training/index.js';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-file.js';
import type { HubOptions } from './hub/connection.js';
import {
  judgementFile,
  type KeptJudgement,
  mostJudgementText,
  parseJudgement,
  withEarlier,
} from './judgement.js';
import { formatMetrics, mostMetricsText, parseMetrics } from './metrics-lines.js';
import { openRunFiles } from './open-run-files.js';
import { filesInFolder, filesInMemory, type RunFiles } from './run-files.js';
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
/** Bytes over the parameters' own: enough for their names, and for another model's parameters to be told by theirs. */
const mostHeader = 2 ** 26;
/** Bytes of a file of tensors that a model does not tell the size of. */
const mostTensorBytes = 2 ** 28;
const metricsFile = 'metrics.jsonl';
const timingFile = 'timing.jsonl';
const checkpointFolder = 'checkpoints';

/** `checkpoints/step-000000500.safetensors` */
const checkpointName = /^step-(\d+)\.safetensors$/;
const stepOf = (name: string) => Number(checkpointName.exec(name)?.[1]);

/** The number that a checkpoint is judged by; smaller is better. */
function scoreOf({ history }: Checkpoint): number {
  const last = history.at(-1);
  return last?.val_loss ?? last?.loss ?? Infinity;
}

/**
 * A run: how its model is built, the parameters, and the traces of its training. It is a folder,
 * a zip archive of one, in memory, or on the Hub.
 */
export class RunFolder {
  /** Scores of the checkpoints that are kept, by name. */
  private readonly scores = new Map<string, number>();

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
   * An existing run: a folder, a zip archive of one, the bytes of such an archive, or `hf://owner/name`.
   * @param hub how the Hub is reached
   * @throws UserError when there is none
   */
  static async open(place: string | Uint8Array, hub: HubOptions = {}): Promise<RunFolder> {
    return new RunFolder(await openRunFiles(place, configFile, hub));
  }

  /** The folder, or the run's name in messages. */
  get path(): string {
    return this.files.path;
  }

  /** True where it can be written to: an archive and the Hub are only read. */
  get isWritable(): boolean {
    return this.files.isWritable;
  }

  file(name: string): string {
    return this.files.file(name);
  }

  /** True where it has a file. */
  holds(name: string): Promise<boolean> {
    return this.files.has(name);
  }

  /** The names in a folder of it, or in itself. */
  list(folder?: string): Promise<string[]> {
    return this.files.list(folder);
  }

  /** A file, whole. @throws UserError when it cannot be read */
  read(name: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.files.read(name);
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
   * The content of `config.json`, of any version, as the present version has it.
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
   * @param check sees the tensors that the file announces before memory is taken for them
   * @throws UserError when the file is not whole and consistent; any error of `check`
   */
  async readParameters(
    bytes: number,
    check: (announced: readonly TensorInfo[]) => void,
  ): Promise<Record<string, Tensor>> {
    const name = this.file(parametersFile);
    if (!(await this.files.has(parametersFile))) {
      throw new UserError(
        `${this.path} has no parameters: its training has not ended. Go on with it: vaekit train --resume ${this.path}.`,
      );
    }
    const content = await this.files.read(parametersFile, bytes + mostHeader);
    return decodeSafetensors(content, name, check).tensors;
  }

  /** Writes tensors by name into a file of their own. */
  writeTensors(name: string, tensors: Readonly<Record<string, Tensor>>): Promise<void> {
    return this.write(name, encodeSafetensors(tensors));
  }

  /** The tensors in a file. @throws UserError when it is missing, damaged or far too large */
  async readTensors(name: string): Promise<Record<string, Tensor>> {
    const content = await this.files.read(name, mostTensorBytes);
    return decodeSafetensors(content, this.file(name)).tensors;
  }

  /** Removes files of the run, where they are there. */
  async remove(...names: readonly string[]): Promise<void> {
    for (const name of names) await this.files.remove(name);
  }

  /** Keeps how the run was judged, with earlier figures by the same examples. */
  async writeJudgement(judgement: KeptJudgement): Promise<void> {
    const all = withEarlier(judgement, await this.readJudgement());
    await this.write(judgementFile, `${JSON.stringify(all, null, 2)}\n`);
  }

  /** The figures by which the run was judged; undefined where it was not. @throws UserError when they are damaged */
  async readJudgement(): Promise<KeptJudgement | undefined> {
    if (!(await this.files.has(judgementFile))) return undefined;
    const text = await this.readText(judgementFile, mostJudgementText);
    return parseJudgement(text, this.file(judgementFile));
  }

  /** Writes the metrics of all epochs so far, and how long these took into a file of its own. */
  async writeMetrics(history: readonly EpochMetrics[]): Promise<void> {
    const { metrics, timing } = formatMetrics(history);
    await this.write(metricsFile, metrics);
    await this.write(timingFile, timing);
  }

  /**
   * The metrics of each epoch; none when the run has no metrics. `seconds` is NaN where the run does
   * not tell it; `kl` is the KL divergence in nats, for runs of all versions.
   * @throws UserError when a line is none that training writes
   */
  async readMetrics(): Promise<EpochMetrics[]> {
    if (!(await this.files.has(metricsFile))) return [];
    const text = await this.readText(metricsFile, mostMetricsText);
    const { model } = await this.readConfig();
    const lines = parseMetrics(text, model, this.file(metricsFile));
    if (!(await this.files.has(timingFile))) return lines;
    const timing = await this.readText(timingFile, mostMetricsText);
    const seconds = new Map(
      timing.split('\n').flatMap((line, i): [number, number][] => {
        if (line === '') return [];
        const { epoch, seconds } = parseJson(line, `${this.file(timingFile)}: line ${i + 1}`) as {
          epoch: number;
          seconds: number;
        };
        return [[epoch, seconds]];
      }),
    );
    return lines.map((line) => ({ ...line, seconds: seconds.get(line.epoch) ?? line.seconds }));
  }

  /**
   * Writes a checkpoint, then removes old ones: the last ones stay, and the best one. The best one has the
   * lowest validation loss (without one, loss) in the last epoch before it.
   * @param keep how many of the last ones
   */
  async writeCheckpoint(checkpoint: Checkpoint, keep: number): Promise<void> {
    const name = `step-${String(checkpoint.step).padStart(9, '0')}.safetensors`;
    await this.write(`${checkpointFolder}/${name}`, encodeCheckpoint(checkpoint));
    this.scores.set(name, scoreOf(checkpoint));
    const names = await this.checkpoints();
    const scored = names.filter((each) => this.scores.has(each));
    const lowest = Math.min(...scored.map((each) => this.scores.get(each)!));
    const best = scored.find((each) => this.scores.get(each) === lowest);
    for (const each of names.slice(keep)) {
      if (each === best) continue;
      await this.files.remove(`${checkpointFolder}/${each}`);
      this.scores.delete(each);
    }
  }

  /** The names of the checkpoints, the last one first. */
  private async checkpoints(): Promise<string[]> {
    const names = await this.files.list(checkpointFolder);
    return names.filter((name) => checkpointName.test(name)).sort((a, b) => stepOf(b) - stepOf(a));
  }

  /**
   * The last checkpoint that can be read; undefined when none was written.
   * @param tell hears of damaged ones that are passed over
   * @throws UserError when all are damaged
   */
  async readCheckpoint(
    tell: (message: string) => void = () => {},
  ): Promise<Checkpoint | undefined> {
    let last: Checkpoint | undefined;
    let damage: UserError | undefined;
    for (const name of await this.checkpoints()) {
      const inside = `${checkpointFolder}/${name}`;
      try {
        const checkpoint = decodeCheckpoint(await this.files.read(inside), this.file(inside));
        this.scores.set(name, scoreOf(checkpoint));
        last ??= checkpoint;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        damage ??= error;
        tell(`${error.message} The one before it is taken.`);
      }
    }
    if (!last && damage) throw damage;
    return last;
  }

  /** Removes files that killed writers have left; call it only under the run's lock. */
  async removeLeftovers(): Promise<void> {
    for (const folder of [undefined, checkpointFolder]) {
      for (const name of await this.files.list(folder)) {
        if (!/^\.vaekit-[0-9a-f]+\.tmp$/.test(name)) continue;
        await this.files.remove(folder === undefined ? name : `${folder}/${name}`);
      }
    }
  }

  private async readText(name: string, most: number): Promise<string> {
    return new TextDecoder().decode(await this.files.read(name, most));
  }
}
