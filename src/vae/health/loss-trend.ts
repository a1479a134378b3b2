import { formatNumber } from '../../report/number.js';
import type { EpochMetrics } from '../../training/index.js';

/** A change of the loss that counts is at least this part of it. */
const countedShare = 0.02;

/** A rise that counts gives up at least this part of all that the loss fell. */
const countedRise = 0.2;

/** The fault in the losses of a training. */
export type LossTrend =
  /** The loss of the last epoch is above the first epoch's. */
  | { readonly kind: 'rising'; readonly first: number; readonly last: number }
  /** The loss rose much in so many of the epochs, by a part of itself that is at most `most`. */
  | {
      readonly kind: 'swinging';
      readonly rises: number;
      readonly epochs: number;
      readonly most: number;
    };

/**
 * Losses that rise, or that swing: signs of a learning rate that is too large. A slow fall is no such
 * sign, and neither is the noise of a loss that has come to rest.
 * @returns undefined for losses that fall or stay
 */
export function lossTrend(epochs: readonly EpochMetrics[]): LossTrend | undefined {
  const losses = epochs.map(({ loss }) => loss);
  if (losses.length < 2) return undefined;
  const [first, last] = [losses[0]!, losses.at(-1)!];
  if (last - first > countedShare * Math.abs(first)) return { kind: 'rising', first, last };
  const lowest = Math.min(...losses);
  const counted = Math.max(
    countedRise * (Math.max(...losses) - lowest),
    countedShare * Math.abs(lowest),
  );
  const rises = losses.flatMap((loss, i) => {
    const rise = i === 0 ? 0 : loss - losses[i - 1]!;
    return rise > counted ? [rise / Math.abs(losses[i - 1]!)] : [];
  });
  if (rises.length < Math.max(2, losses.length / 6)) return undefined;
  return {
    kind: 'swinging',
    rises: rises.length,
    epochs: losses.length,
    most: Math.max(...rises),
  };
}

/** The trend in a line, with advice. */
export function describeTrend(trend: LossTrend): string {
  if (trend.kind === 'rising') {
    const { first, last } = trend;
    return `The loss rose from ${formatNumber(first)} in the first epoch to ${formatNumber(last)} in the last: the learning rate is too large. Divide it by 10.`;
  }
  const { rises, epochs, most } = trend;
  return `The loss swings: it rose in ${rises} of ${epochs} epochs, by up to ${Math.round(100 * most)} %. The learning rate is too large: divide it by 3 or 10, or let it fall by a schedule such as cosine.`;
}
