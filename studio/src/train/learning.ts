import { batch, computed, effect, signal } from '@preact/signals';
import { type Frame, framesWith, type Learning } from '../model/learning/frames.js';
import { keptFile, learningFile } from '../runs/kept.js';
import { run } from './state.js';

/** The course of the latents of the run that is shown, as far as it is recorded. */
export const learning = signal<Learning | undefined>(undefined);

/** The place of the frame that is looked at; undefined for the latest, whichever comes. */
export const lookedAt = signal<number | undefined>(undefined);

/** The frame that is looked at. */
export const frame = computed(() => learning.value?.frames.at(lookedAt.value ?? -1));

/** The training that is under way is recorded from here on. */
export function seeRecord(record: Learning): void {
  batch(() => {
    learning.value = record;
    lookedAt.value = undefined;
  });
}

export function seeFrame(next: Frame): void {
  const { value } = learning;
  if (value) learning.value = { ...value, frames: framesWith(value.frames, next) };
}

const shownId = computed(() => run.value?.id);

// Another run brings its record: the one that the browser keeps, until the training gives its own.
effect(() => {
  const id = shownId.value;
  learning.value = undefined;
  lookedAt.value = undefined;
  if (id !== undefined) seeKept(id);
});

async function seeKept(id: string): Promise<void> {
  const bytes = await keptFile(id, learningFile).catch(() => undefined);
  if (!bytes) return;
  const { decodeLearning } = await import('../model/learning/file.js');
  if (shownId.value === id && learning.value === undefined) seeRecord(decodeLearning(bytes));
}
