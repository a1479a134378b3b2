import { signal } from '@preact/signals';
import type { DataName } from '../data/info.js';
import { firstSettings, type TrainSettings } from './settings.js';

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

/** Takes data that is no longer there out of the settings. */
export function forgetData(data: DataName): void {
  if (chosen.value.data === data) choose({ data: firstSettings.data });
}
