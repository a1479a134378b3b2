import { helper } from '../model/helper.js';
import { chooseConfig } from './chosen.js';

/**
 * Takes the settings of a config file, in the place of all but the data.
 * @param name of the file, for messages
 * @throws UserError when it is no config, or a setting in it is wrong
 */
export async function takeConfig(text: string, name: string): Promise<void> {
  chooseConfig(await helper().service.readConfig(text, name));
}

/** Tells whether a text looks like a config, and not like data. */
export function isConfig(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return false;
    return ['model', 'training', 'preset'].some((key) => key in value) && !Array.isArray(value);
  } catch {
    return false;
  }
}
