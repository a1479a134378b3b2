import type { Tensor } from 'onnxruntime-common';
import {
  add,
  type Carry,
  clip,
  div,
  greater,
  input,
  maximum,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Value,
  where,
} from '../graph/index.js';
import { learningRateAt, type Optimizer } from '../nn/index.js';
import type { Metrics } from '../training/evaluate.js';
import type { FitOptions } from '../training/fit-options.js';
import type { Packing } from './packing.js';

/** How gradients change parameters. */
export interface UpdateSettings extends Pick<FitOptions, 'clipGradients' | 'accumulate' | 'ema'> {
  readonly optimizer: Optimizer;
}

/** The gradients, held in limits. @param gradients packed */
function clipped(
  gradients: readonly Value[],
  { norm, value }: NonNullable<FitOptions['clipGradients']>,
): readonly Value[] {
  if (value !== undefined) return gradients.map((gradient) => clip(gradient, -value, value));
  const limit = norm!;
  const squares = gradients.map((gradient) => sum(square(gradient)));
  const length = sqrt(squares.reduce((total, each) => add(total, each)));
  const factor = div(limit, maximum(length, limit));
  return gradients.map((gradient) => mul(gradient, factor));
}

/**
 * The part of a training step after the gradients. What is off adds nothing to it.
 * @param parameters packed
 * @param gradients packed
 * @returns what is carried from step to step, and the numbers that `UpdateClock` feeds
 */
export function traceUpdate(
  packing: Packing,
  parameters: readonly Value[],
  gradients: readonly Value[],
  { optimizer, clipGradients, accumulate = 1, ema }: UpdateSettings,
): { carried: Carry[]; scalars: Value[] } {
  const scalars = new Map<string, Value>();
  const scalar = (name: string) => {
    const value = scalars.get(name) ?? input(name, []);
    scalars.set(name, value);
    return value;
  };
  const carried: Carry[] = [];
  const carry = (current: Value, next: Value) => {
    carried.push({ current, next });
    return next;
  };
  const many = accumulate > 1;
  const sums = many ? packing.inputs('accumulated') : [];
  const means = many
    ? gradients.map((gradient, g) =>
        carry(
          sums[g]!,
          add(mul(sums[g]!, scalar('update/keep')), mul(gradient, scalar('update/share'))),
        ),
      )
    : gradients;
  const applies = many ? greater(scalar('update/apply'), 0.5) : undefined;
  const change = (current: Value, next: Value) =>
    carry(current, applies ? where(applies, next, current) : next);
  const limited = clipGradients ? clipped(means, clipGradients) : means;
  const names = Object.keys(optimizer.scalars(1, 0));
  const numbers = Object.fromEntries(names.map((name) => [name, scalar(`optimizer/${name}`)]));
  const slotInputs = optimizer.slots.map((slot) => packing.inputs(slot));
  const averages = ema === undefined ? undefined : packing.inputs('average');
  const decays = packing.weights((name) => {
    const last = name.slice(name.lastIndexOf('.') + 1);
    return optimizer.exclude?.includes(last) ? 0 : 1;
  });
  parameters.forEach((current, g) => {
    const slots = optimizer.slots.map((slot, i) => [slot, slotInputs[i]![g]!] as const);
    const updated = optimizer.update(
      limited[g]!,
      current,
      Object.fromEntries(slots),
      numbers,
      decays[g]!,
    );
    const next = change(current, updated.parameter);
    for (const [slot, value] of slots) change(value, updated.slots[slot]!);
    if (averages) {
      const average = averages[g]!;
      carry(average, add(average, mul(sub(next, average), scalar('update/average'))));
    }
  });
  return { carried, scalars: [...scalars.values()] };
}

/** What `traceUpdate` carries beside the parameters, as it is before the first step. */
export function initialUpdateState(
  packing: Packing,
  parameters: Readonly<Record<string, Tensor>>,
  { optimizer, accumulate = 1, ema }: UpdateSettings,
): Record<string, Tensor> {
  const kinds = [...optimizer.slots, ...(accumulate > 1 ? ['accumulated'] : [])];
  return Object.assign(
    {},
    ...kinds.map((kind) => packing.zeros(kind)),
    ema === undefined ? {} : packing.pack('average', parameters),
  );
}

/** The numbers that an update is fed at a step: a function of the step's number and the metrics. */
export class UpdateClock {
  private readonly batches: number;
  /** Changes of the parameters in an epoch. */
  private readonly changes: number;

  /** @param size number of examples */
  constructor(
    private readonly settings: UpdateSettings & { readonly epochs: number },
    private readonly size: number,
    private readonly batchSize: number,
  ) {
    this.batches = Math.ceil(size / batchSize);
    this.changes = Math.ceil(this.batches / (settings.accumulate ?? 1));
  }

  /** The learning rate when so many changes were made. */
  learningRate(changes: number, history: readonly Metrics[]): number {
    const { optimizer, epochs } = this.settings;
    return learningRateAt(optimizer.learningRate, changes / this.changes, { epochs, history });
  }

  /** Changes made by the end of an epoch. */
  changesBy(epoch: number): number {
    return epoch * this.changes;
  }

  /**
   * @param step counts batches from 1
   * @param history the epochs behind
   * @param adjust what becomes of the planned learning rate
   */
  scalars(
    step: number,
    history: readonly Metrics[],
    adjust: (rate: number) => number,
  ): Record<string, number> {
    const { optimizer, accumulate = 1, ema } = this.settings;
    const batch = (step - 1) % this.batches;
    const group = Math.floor(batch / accumulate);
    const changes = Math.floor((step - 1) / this.batches) * this.changes + group;
    const applies = batch % accumulate === accumulate - 1 || batch === this.batches - 1;
    const scalars: Record<string, number> = {};
    const rate = adjust(this.learningRate(changes, history));
    const numbers = optimizer.scalars(changes + 1, rate);
    for (const name in numbers) scalars[`optimizer/${name}`] = numbers[name]!;
    if (accumulate > 1) {
      const sizeOf = (first: number, count: number) =>
        Math.min(count * this.batchSize, this.size - first * this.batchSize);
      scalars['update/keep'] = batch % accumulate === 0 ? 0 : 1;
      scalars['update/share'] = sizeOf(batch, 1) / sizeOf(group * accumulate, accumulate);
      scalars['update/apply'] = applies ? 1 : 0;
    }
    if (ema !== undefined) {
      const decay = Math.min(ema, (2 + changes) / (11 + changes));
      scalars['update/average'] = applies ? 1 - decay : 0;
    }
    return scalars;
  }
}
