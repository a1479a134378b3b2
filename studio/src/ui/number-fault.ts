import { t } from '../language/language.js';

function rangeText(whole: boolean, least: number, most: number | undefined): string {
  if (most === undefined) {
    return whole
      ? t('A whole number from {least}.', { least })
      : t('A number from {least}.', { least });
  }
  return whole
    ? t('A whole number from {least} to {most}.', { least, most })
    : t('A number from {least} to {most}.', { least, most });
}

/** The numbers that a field takes. */
export interface NumberRange {
  readonly least: number;
  readonly most?: number;
  /** The reason why there can be no more, in a sentence. */
  readonly mostBecause?: string;
  readonly whole?: boolean;
}

/** The fault of a text as a number of a range; undefined where there is none. */
export function numberFault(
  text: string,
  { least, most = Number.POSITIVE_INFINITY, mostBecause, whole = false }: NumberRange,
): string | undefined {
  const value = Number(text);
  const isNumber = text.trim() !== '' && Number.isFinite(value);
  if (isNumber && value >= least && value <= most && (!whole || Number.isInteger(value))) return;
  const range = rangeText(whole, least, most === Number.POSITIVE_INFINITY ? undefined : most);
  return isNumber && value > most && mostBecause ? `${range} ${mostBecause}` : range;
}
