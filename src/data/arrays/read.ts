import { examplesInFile, sampleOfFile, staysInFile } from '#array-file';
import { gather } from '#gather';
import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import { elementCount } from '../../base/shape.js';
import { numbersOf } from '../codecs/numbers.js';
import { type Dataset, fromArray } from '../dataset.js';
import type { ReadingNote } from '../notes.js';
import type { ReadOptions } from '../read-options.js';
import type { AddRows, Gathered, GatheredData, GatherOptions, Layout } from '../rows/gather.js';
import { arrangeRows } from './arrange.js';
import { type NumberSource, rowBlocks } from './array-source.js';
import { type ArrayAxes, arrayAxes } from './axes.js';
import { filled, gapsNote, meansOf, refuseGaps, withoutGaps } from './gaps.js';
import { isSameScale, type Scale, scaled, scaleOf } from './scale.js';
import { type Survey, surveyArray, surveySample, together } from './survey.js';

/** Options for reading arrays. */
export interface ArrayOptions
  extends Pick<ReadOptions, 'layout' | 'shape' | 'missing'>,
    GatherOptions {
  /** Way in which examples are collected; in memory or on disk when left out. */
  readonly gather?: typeof gather;
}

/** An array that holds the examples of one part of the data. */
export interface ArrayPart {
  /** The name of the dataset that it becomes. */
  readonly name: string;
  readonly source: NumberSource;
  /** Tells whether height and width are exchanged in the file. */
  readonly transposed?: boolean;
}

/** The examples of one part. */
export interface PartRead {
  readonly dataset: Dataset;
  /** The places in the array of the examples that stay, where some were dropped. */
  readonly kept?: Uint32Array;
  /** Number of examples that the array holds. */
  readonly size: number;
}

interface Plan extends ArrayPart {
  readonly axes: ArrayAxes;
  readonly survey: Survey;
}

/**
 * Reads arrays that are parts of the same data, the training part first: by one scale, which is
 * decided by the numbers of all.
 * @returns the parts in their order, and how they were read
 * @throws UserError when one holds no examples, when they cannot be read alike, or when a value is
 *   not finite and `missing` does not say how to mend that
 */
export async function readArrays(
  parts: readonly ArrayPart[],
  options: ArrayOptions,
): Promise<{ readonly parts: readonly PartRead[]; readonly notes: readonly ReadingNote[] }> {
  const plans: Plan[] = [];
  for (const part of parts) {
    const { source, transposed } = part;
    const axes = arrayAxes(source.shape, source.path, options);
    checkShape(axes, plans[0], source);
    const survey = await surveyOf(source, options);
    plans.push({ ...part, axes: transposed ? { ...axes, transposed } : axes, survey });
  }
  const survey = together(plans.map((plan) => plan.survey));
  const scales = plans.map(({ source, axes }) =>
    scaleOf(source.type, survey, source.path, axes.shape.length === 3),
  );
  const [first] = plans as [Plan, ...Plan[]];
  const other = scales.findIndex((scale) => !isSameScale(scale, scales[0]!));
  if (other > 0) {
    const { path, type } = plans[other]!.source;
    throw new UserError(
      `${first.source.path} holds ${first.source.type} values and ${path} ${type}, so that they would be scaled differently. Save both with one dtype.`,
    );
  }
  const hasMeans = options.missing === 'mean' && plans.some((each) => each.survey.gaps.values > 0);
  const means = hasMeans ? await meansOf(first.source) : undefined;
  const read: PartRead[] = [];
  const notes: ReadingNote[] = [...first.axes.notes, scales[0]!.note];
  if (first.transposed) {
    notes.push({ about: 'axes', text: 'height and width are exchanged, for the file has them so' });
  }
  for (const [i, plan] of plans.entries()) {
    const { gaps } = plan.survey;
    const { path } = plan.source;
    if (gaps.values > 0) {
      const { missing = 'error' } = options;
      if (missing === 'error' || missing === 'keep') refuseGaps(plan.survey, plan.axes.size, path);
      notes.push(gapsNote(gaps, plan.axes.size, path, missing));
    }
    read.push(await readPart(plan, scales[i]!, means, options));
  }
  return { parts: read, notes };
}

function checkShape(axes: ArrayAxes, first: Plan | undefined, { path, shape }: NumberSource): void {
  if (!first || first.axes.shape.join() === axes.shape.join()) return;
  throw new UserError(
    `${first.source.path} has shape ${formatShape(first.source.shape)}, but ${path} ${formatShape(shape)}. Give parts of one shape.`,
  );
}

function surveyOf(source: NumberSource, { memoryLimit, missing }: ArrayOptions): Promise<Survey> {
  const mends = missing === 'drop' || missing === 'mean';
  return staysInFile(source, memoryLimit) && !(mends && source.type === 'float32')
    ? surveySample(source, sampleOfFile(source))
    : surveyArray(source);
}

async function readPart(
  plan: Plan,
  scale: Scale,
  means: Float64Array | undefined,
  options: ArrayOptions,
): Promise<PartRead> {
  const { name, source, axes, survey } = plan;
  const { shape, size } = axes;
  const hasGaps = survey.gaps.values > 0;
  if (!hasGaps && staysInFile(source, options.memoryLimit)) {
    return { dataset: await examplesInFile(source, axes, scale, name), size };
  }
  if (source.bytes && isAsStored(plan, scale)) {
    return { dataset: fromArray(source.bytes, shape, { name }), size };
  }
  const drops = hasGaps && options.missing === 'drop';
  const kept = drops ? placesLeft(size, survey.gaps.examples) : undefined;
  if (kept?.length === 0) {
    throw new UserError(
      `${source.path}: every example has a value that is not finite, so dropping them leaves none. Give missing (--missing mean), or mend the data.`,
    );
  }
  const collect: typeof gather = options.gather ?? gather;
  const { dataset }: GatheredData = await collect(
    name,
    { array: source.key, shape, axes, scale, missing: hasGaps ? options.missing : undefined },
    async (begin: (layout: Layout) => AddRows): Promise<Gathered> => {
      const add = begin({ shape, dtype: scale.dtype, most: kept?.length ?? size });
      const width = elementCount(shape);
      for await (const block of rowBlocks(source)) {
        let numbers = numbersOf(source.type, block, source.path);
        if (drops) numbers = withoutGaps(numbers, width);
        else if (hasGaps && means) numbers = filled(numbers, means);
        await add(arrangeRows(scaled(numbers, scale, source.path), axes));
      }
      return kept ? { origins: kept.map((place) => place + 1) } : {};
    },
    options,
  );
  return { dataset, size, ...(kept ? { kept } : {}) };
}

/** Tells whether an array's bytes in memory are the examples, as they are. */
function isAsStored({ source, axes, transposed }: Plan, { dtype, by }: Scale): boolean {
  const isPlain = source.type === 'uint8' && dtype === 'uint8' && by === 1;
  return isPlain && !source.fortranOrder && !axes.channelsLast && !transposed;
}

/** The places of examples without those that are left out. */
function placesLeft(size: number, out: readonly number[]): Uint32Array {
  const without = new Set(out);
  const kept: number[] = [];
  for (let i = 0; i < size; i++) if (!without.has(i)) kept.push(i);
  return Uint32Array.from(kept);
}
