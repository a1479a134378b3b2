import type { DataName, Examples, ModelInfo, Numbers, RunContent } from '../../model/api.js';
import type { ModelClient } from '../../model/client.js';
import { readRun } from '../../runs/store.js';

/** Images that every run reconstructs. */
const shownImages = 12;

/** Images over which the ELBO is averaged. */
export const scoredImages = 1000;

/** A run that is compared, or why it cannot be. */
export interface Compared {
  readonly id: string;
  readonly run?: RunContent;
  readonly info?: ModelInfo;
  /** What it makes of the images that all reconstruct. */
  readonly made?: Numbers;
  /** The mean ELBO of `scoredImages` images in nats, for models that have one. */
  readonly elbo?: number;
  readonly problem?: string;
}

/** Opens a run. */
export async function openRun({ service }: ModelClient, id: string): Promise<Compared> {
  try {
    const run = await readRun(id);
    return { id, run, info: await service.open(run) };
  } catch (error) {
    return { id, problem: (error as Error).message };
  }
}

/** The data that a run was trained on. */
export function dataOf(run: RunContent | undefined): DataName {
  const { training } = (run?.config ?? {}) as { training?: { data?: unknown } };
  return typeof training?.data === 'string' ? training.data : 'mnist';
}

/** The images that are reconstructed, and those that are scored. */
export interface SharedImages {
  readonly title: string;
  readonly shown: Examples;
  readonly scored: Examples;
}

/** @throws UserError when the page cannot read the data */
export async function loadShared({ service }: ModelClient, data: DataName): Promise<SharedImages> {
  const { title, test } = await service.data(data);
  const part = test ? 'test' : 'train';
  return {
    title: test ? `${title}, test images` : title,
    shown: await service.examples(data, part, 0, shownImages),
    scored: await service.examples(data, part, 0, scoredImages),
  };
}

/** What a run makes of the images. */
export async function judge(
  { service }: ModelClient,
  compared: Compared,
  { shown, scored }: SharedImages,
): Promise<Compared> {
  const { id, info } = compared;
  if (!info) return compared;
  const labels = (examples: Examples) =>
    info.classes === undefined ? undefined : (examples.labels ?? []);
  try {
    const made = await service.reconstruct(id, shown.images, labels(shown));
    if (info.bottleneck !== 'gaussian' || !info.isInNats) return { ...compared, made };
    const values = await service.elbo(id, scored.images, labels(scored));
    return { ...compared, made, elbo: values.reduce((a, b) => a + b, 0) / values.length };
  } catch (error) {
    return { ...compared, problem: (error as Error).message };
  }
}
