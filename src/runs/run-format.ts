import { UserError } from '../base/errors.js';
import { parseJson } from '../base/json.js';
import { withLabelChannels } from './old-runs.js';

/** Most bytes of a config: the largest networks take some hundred kilobytes. */
export const mostConfigText = 2 ** 24;

/** The content of `config.json`, as plain data. */
export type RunConfigData = Readonly<Record<string, unknown>>;

/**
 * Brings the content of `config.json` from one version of the run folder's layout to the next: the first
 * function reads version 1, and so on. A new version is one function at the end, and runs of it among
 * the fixtures of `test/runs/run-format.test.ts`.
 */
const migrations: readonly ((config: RunConfigData) => RunConfigData)[] = [
  (config) => ({ ...config, model: withLabelChannels(config.model) }),
];

/** The version of the run folder's layout that is written. */
export const runFormat = migrations.length + 1;

/**
 * The content of a `config.json` of any known version, as the present version has it.
 * @param value the parsed file
 * @param name of the file, for messages
 * @throws UserError when it has no version, or one that is newer
 */
export function readRunFormat(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || !('format' in value)) {
    throw new UserError(`${name}: there is no 'format' in it. Give a run that vaekit wrote.`);
  }
  const { format } = value;
  if (typeof format !== 'number' || !Number.isSafeInteger(format) || format < 1) {
    throw new UserError(
      `${name}: format must be a whole number from 1. Give a run that vaekit wrote.`,
    );
  }
  if (format > runFormat) {
    throw new UserError(
      `${name}: format ${format} is newer than this version of vaekit, which reads up to ${runFormat}. Update vaekit.`,
    );
  }
  const config = migrations
    .slice(format - 1)
    .reduce((config, migrate) => migrate(config), value as RunConfigData);
  return { ...config, format: runFormat };
}

/** `readRunFormat` of the text of a `config.json`. @throws UserError when it is not JSON, too */
export function parseRunConfig(text: string, name: string): Record<string, unknown> {
  return readRunFormat(parseJson(text, name), name);
}
