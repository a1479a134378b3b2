import { signal } from '@preact/signals';
import type { DataName } from '../data/info.js';
import {
  firstSettings,
  type MoreSettings,
  type PlannedConfig,
  type TrainSettings,
} from './settings.js';

/** A config as its file has it, checked. */
export interface ConfigData extends MoreSettings {
  readonly preset?: string;
}

/** The settings of the next run. */
export const chosen = signal<TrainSettings>(firstSettings);

/** Changes some settings of the next run. */
export function choose(given: Partial<TrainSettings>): void {
  chosen.value = { ...chosen.value, ...given };
}

/**
 * Another network brings its own values of all other options but the device.
 * @param preset left out, the one that fits the data
 */
export function choosePreset(preset?: string): void {
  const { data, device } = chosen.value;
  chosen.value = { data, ...(preset ? { preset } : {}), ...(device ? { device } : {}) };
}

/** Sets options of a part of the config that have no field of their own; undefined for the usual value. */
export function chooseMore(
  part: 'model' | 'training',
  given: Readonly<Record<string, unknown>>,
): void {
  const { more = {}, ...rest } = chosen.value;
  const options = Object.entries({ ...more[part], ...given }).filter(
    ([, value]) => value !== undefined,
  );
  // A field of the form that sets the same goes over it, so it is left out.
  const isOver = (name: string) =>
    name in given ||
    (name === 'beta' && 'objective' in given) ||
    (name === 'hidden' && 'encoder' in given) ||
    (name === 'learningRate' && 'optimizer' in given);
  const others = Object.entries(rest).filter(([name]) => !isOver(name));
  chosen.value = {
    ...(Object.fromEntries(others) as TrainSettings),
    more: { ...more, [part]: Object.fromEntries(options) },
  };
}

/**
 * A config with the options that were chosen since it was planned, so that a choice builds on the one before it.
 * @param planned the settings that `config` is of
 */
export function withChoicesSince(planned: TrainSettings, config: PlannedConfig): PlannedConfig {
  const partOf = (part: 'model' | 'training') => {
    const now = Object.entries(chosen.value.more?.[part] ?? {});
    const since = now.filter(([name, value]) => value !== planned.more?.[part]?.[name]);
    return { ...config[part], ...Object.fromEntries(since) };
  };
  return { model: partOf('model'), training: partOf('training') };
}

/** Takes the settings of a config, in the place of all but the data. One without a preset has a whole model. */
export function chooseConfig({ preset = 'mlp', model = {}, training = {} }: ConfigData): void {
  // The data says how its examples look.
  const { input: _, example: __, ...ofModel } = model;
  const { data: ___, dataFrom: ____, read: _____, ...ofTraining } = training;
  chosen.value = {
    data: chosen.value.data,
    preset,
    more: { model: ofModel, training: ofTraining },
  };
}

/** Takes data that is no longer there out of the settings. */
export function forgetData(data: DataName): void {
  if (chosen.value.data === data) choose({ data: firstSettings.data });
}
