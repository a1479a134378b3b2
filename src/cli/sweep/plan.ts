import { UserError } from '../../base/errors.js';
import { quote } from '../../base/excerpt.js';
import { advice } from '../../base/suggest.js';
import type { OpenedData } from '../../data/formats/format.js';
import type { SweepDefinition } from '../../sweep/definition.js';
import type { Trial } from '../../sweep/trials.js';
import { settingsByPath } from '../../vae/config/by-path.js';
import { type CompleteRun, type ConfigData, checkRun } from '../../vae/config/run-config.js';
import { type ConfigFile, isCode, readConfig } from '../config/config-file.js';
import { findConfig } from '../config/config-names.js';
import { openData } from '../train/ahead.js';
import { jobOf, planRun } from '../train/train-job.js';

/** The settings that all runs of a sweep share. */
export interface Base {
  /** A config file, where the settings come from one. */
  readonly file?: ConfigFile | undefined;
  /** Settings over the preset that suits the data. */
  readonly given: ConfigData;
}

/** The settings that all runs of a sweep share. @throws UserError when the file is not there or wrong */
export async function baseOf({ config }: SweepDefinition, name: string): Promise<Base> {
  if (typeof config === 'object') {
    // Runs start from its preset or layers, as in a config file; else from the preset that suits the data.
    const isWhole = config.preset !== undefined || config.model?.encoder !== undefined;
    const data = config as ConfigData;
    return isWhole ? { file: { name, data, code: { layers: {} } }, given: {} } : { given: data };
  }
  const found = config ?? (await findConfig());
  return found === undefined ? { given: {} } : { file: await readConfig(found), given: {} };
}

/** The file of code that a run's own layers are from, if they are from one. */
export const codeFileOf = ({ file }: Base) => (file && isCode(file.name) ? file.name : undefined);

/** A place in a list, such as a list of layers: `model.encoder[0].units`. */
const inList = /\[\d+\]/;

type Data = Record<string, unknown>;

/** Settings with another value at a place inside a list. @throws UserError when there is no such place */
function withInner(settings: Data, path: string, value: unknown): Data {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  const copy = structuredClone(settings);
  const last = keys.pop()!;
  const inner = keys.reduce<unknown>((each, key) => (each as Data | undefined)?.[key], copy);
  if (typeof inner !== 'object' || inner === null || (Array.isArray(inner) && !(last in inner))) {
    throw new UserError(`settings: there is nothing at ${path} in these runs. Correct the path.`);
  }
  Object.assign(inner, { [last]: value });
  return copy;
}

/** The parts of a config that settings are in. */
const parts = ['preset', 'model', 'training'];

/** @throws UserError when a setting is in no part of a config */
function checkPaths(settings: Readonly<Record<string, unknown>>): void {
  for (const path of Object.keys(settings)) {
    const [first = ''] = path.split('.');
    if (parts.includes(first)) continue;
    throw new UserError(
      `settings: ${quote(path)} is no place in a config, which has ${parts.join(', ')}. ${advice(first, parts)}`,
    );
  }
}

/** A run that can begin: the content of its `config.json`, and facts of it. */
export interface PlannedTrial {
  readonly model: Data;
  readonly training: Data;
  readonly epochs: number;
  readonly isValidated: boolean;
}

/** Plans the runs of a sweep: each one's settings over the shared ones, checked as `vaekit train` checks them. */
export class Planner {
  private readonly opened = new Map<string, Promise<OpenedData>>();

  /** @param name of the sweep's file, for messages */
  constructor(
    private readonly base: Base,
    private readonly name: string,
  ) {}

  /** Opens data once, whichever runs are trained on it. */
  private readonly open: typeof openData = (spec, reading) => {
    const key = JSON.stringify([spec, reading]);
    const data = this.opened.get(key) ?? openData(spec, reading);
    this.opened.set(key, data);
    return data;
  };

  /**
   * @param trial a run
   * @param out its folder
   * @throws UserError that names the run, when a setting is wrong
   */
  async plan({ number, settings }: Trial, out: string): Promise<PlannedTrial> {
    const where = `${this.name}, run ${number}`;
    try {
      checkPaths(settings);
      const { file, given } = this.base;
      const outer = Object.entries(settings).filter(([path]) => !inList.test(path));
      const all = settingsByPath([...Object.entries(given), ...outer]);
      const preset = all.preset as ConfigData['preset'];
      const over = file && preset ? { ...file, data: { ...file.data, preset } } : file;
      const planned = await planRun(over, all, this.open, where);
      const inner = Object.entries(settings).filter(([path]) => inList.test(path));
      const { model, training } = planned.settings;
      const changed = inner.reduce<Data>((run, [path, value]) => withInner(run, path, value), {
        model,
        training,
      });
      const run = { ...planned.settings, ...checkRun(changed as unknown as CompleteRun, where) };
      const { vae, data, training: kept } = await jobOf({ ...planned, settings: run, out });
      const { epochs, validationSplit } = run.training;
      const isValidated =
        validationSplit !== undefined || (data.validation ?? data.test) !== undefined;
      return { model: vae.config, training: kept, epochs, isValidated };
    } catch (error) {
      if (!(error instanceof UserError) || error.message.startsWith(where)) throw error;
      throw new UserError(`${where}: ${error.message}`, { cause: error });
    }
  }
}
