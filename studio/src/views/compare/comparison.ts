import { proxy } from 'comlink';
import { type AnyPart, heldOutPart, partKey } from '../../data/held-out.js';
import type { DataName } from '../../data/info.js';
import { t } from '../../language/language.js';
import type { ModelInfo, Numbers } from '../../model/api.js';
import type { ModelClient } from '../../model/client.js';
import type { Cells } from '../../model/tables/api.js';
import type { RunContent } from '../../runs/content.js';
import { readRun } from '../../runs/store.js';

/** Images that every run reconstructs. */
const shownImages = 12;

/** Images over which the ELBO is averaged. */
export const scoredImages = 1000;

/** Examples by which a run is judged here, so that it takes a minute at most. */
const judgedExamples = 500;

/** A run that is compared, or the reason why it cannot be. */
export interface Compared {
  readonly id: string;
  readonly run?: RunContent;
  readonly info?: ModelInfo;
  /** Its reconstructions of the images that all runs get. */
  readonly made?: Numbers;
  /** The same as texts, for models of tables. */
  readonly cells?: Cells;
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
function dataOf(run: RunContent | undefined): DataName {
  const { training } = (run?.config ?? {}) as { training?: { data?: unknown } };
  return typeof training?.data === 'string' ? training.data : 'mnist';
}

/** The images that all runs reconstruct, of each class in turn. */
export interface SharedImages {
  readonly title: string;
  readonly data: DataName;
  readonly part: AnyPart;
  readonly images: Numbers;
  /** The names of the columns and the texts, for rows of tables. */
  readonly rows?: { readonly columns: readonly string[]; readonly cells: Cells };
}

/** @throws UserError when the page cannot read the data that the run was trained on */
export async function loadShared(
  { service, tables }: ModelClient,
  { id, run, info }: Compared,
): Promise<SharedImages> {
  const data = dataOf(run);
  const { title, test } = await service.data(data);
  const part = heldOutPart(run!.config, test !== undefined);
  const { images } = await service.examplesOfClasses(id, data, part, shownImages);
  const table = info?.config.example?.columns;
  if (!table) return { title, data, part, images };
  const columns = table.map(({ name }) => name);
  const cells = await (await tables()).cells(id, images);
  return { title, data, part, images, rows: { columns, cells } };
}

/** The images in words, with their part of the data. */
export function titleOf({ title, part }: SharedImages): string {
  if (part === 'test') return t('{data}, test images', { data: title });
  return part === 'train'
    ? t('{data}, images of training: none are kept from it', { data: title })
    : t('{data}, validation images', { data: title });
}

/** Tells whether a run is trained on some of the images that all runs get. */
export function knows({ run }: Compared, { data, part }: SharedImages): boolean {
  if (!run || dataOf(run) !== data || part === 'test') return false;
  return part === 'train' || partKey(heldOutPart(run.config, false)) !== partKey(part);
}

/**
 * A run with the figures of its measures, by the data that all runs get.
 * @param onMeasure is told of each measure before it is taken
 */
export async function judge(
  { service }: ModelClient,
  compared: Compared,
  { data, part }: SharedImages,
  onMeasure: (name: string, done: number, of: number) => void,
): Promise<Compared> {
  const { id, run, info } = compared;
  if (!run || !info) return compared;
  try {
    const judgement = await service.judge(id, data, part, judgedExamples, proxy(onMeasure));
    return { ...compared, run: { ...run, judgement } };
  } catch (error) {
    return { ...compared, problem: (error as Error).message };
  }
}

/** A run with its reconstructions and its ELBO. */
export async function measure(
  { service, tables }: ModelClient,
  compared: Compared,
  { data, part, rows }: SharedImages,
): Promise<Compared> {
  const { id, info } = compared;
  if (!info) return compared;
  try {
    const shown = await service.examplesOfClasses(id, data, part, shownImages);
    const labels = info.classes === undefined ? undefined : (shown.labels ?? []);
    const made = await service.reconstruct(id, shown.images, labels);
    const cells = rows ? { cells: await (await tables()).cells(id, made) } : {};
    if (!info.hasBound) return { ...compared, made, ...cells };
    const values = await service.elboOfData(id, data, part, scoredImages);
    return { ...compared, made, ...cells, elbo: values.reduce((a, b) => a + b, 0) / values.length };
  } catch (error) {
    return { ...compared, problem: (error as Error).message };
  }
}
