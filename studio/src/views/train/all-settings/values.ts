import { t } from '../../../language/language.js';
import { numberFault } from '../../../ui/number-fault.js';
import type { Form } from './schema.js';

/** The value that a text gives an option, or the text's fault. */
export type Parsed = { readonly value: unknown } | { readonly fault: string };

/** Reads a text as the value of an option. */
export function parse(text: string, form: Form): Parsed {
  const trimmed = text.trim();
  if (form.is === 'number') {
    const { least, most, whole, isOver, isUnder } = form;
    const value = Number(trimmed);
    if ((isOver && value === least) || (isUnder && value === most)) {
      return isOver
        ? { fault: t('A number over {least}.', { least }) }
        : { fault: t('A number under {most}.', { most }) };
    }
    const fault = numberFault(trimmed, { least, most, whole });
    return fault === undefined ? { value } : { fault };
  }
  if (form.is === 'numbers') return parseNumbers(trimmed, form);
  if (form.is === 'text') return { value: trimmed };
  try {
    return { value: JSON.parse(trimmed) };
  } catch {
    return { fault: t('It is not JSON.') };
  }
}

/** The text of a value, which `parse` reads. */
export const textOf = (value: unknown, form: Form): string => {
  if (value === undefined) return '';
  if (Array.isArray(value) && form.is === 'numbers') return value.join(', ');
  return typeof value === 'string' || typeof value === 'number'
    ? String(value)
    : JSON.stringify(value);
};

function parseNumbers(
  text: string,
  { words, canBeOne, canBeMany, whole }: Extract<Form, { is: 'numbers' }>,
): Parsed {
  if (words.includes(text)) return { value: text };
  const numbers = text.split(/[,×\s]+/).map(Number);
  const fits = (each: number) =>
    (whole ? Number.isInteger(each) : Number.isFinite(each)) && each >= 0;
  const isRight = text !== '' && numbers.every(fits) && (canBeMany || numbers.length === 1);
  if (isRight) return { value: numbers.length === 1 && canBeOne ? numbers[0] : numbers };
  const example = [...words, canBeMany ? '28, 28' : whole ? '2' : '0.1'].join(' / ');
  return {
    fault: whole
      ? t('Whole numbers, such as {example}.', { example })
      : t('A number, or one of the words: {example}.', { example }),
  };
}
