import type { ConfigData } from './run-config.js';

type Data = Readonly<Record<string, unknown>>;

const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Plain data with a value put at a path, beside the options that are there already. */
function put(before: unknown, [key, ...path]: readonly string[], value: unknown): unknown {
  const others = isData(before) ? before : {};
  if (key !== undefined) return { ...others, [key]: put(others[key], path, value) };
  return isData(value) ? { ...others, ...value } : value;
}

/** Settings that a face was given, by the paths of their options, as a config has them. */
export function settingsByPath(
  values: readonly (readonly [path: string, value: unknown])[],
): ConfigData & { readonly preset?: string } {
  return values.reduce<unknown>((settings, [path, value]) => {
    return value === undefined ? settings : put(settings, path.split('.'), value);
  }, {}) as ConfigData;
}

/**
 * The setting at a path; undefined where there is none. A number stands for the `initial` of a
 * schedule, and a kind for its `type`.
 */
export function settingAt(settings: unknown, path: string): unknown {
  const found = path.split('.').reduce<unknown>((inner, key) => {
    return key === 'initial' && typeof inner === 'number'
      ? inner
      : (inner as Data | undefined)?.[key];
  }, settings);
  return isData(found) && 'type' in found ? found.type : found;
}
