import { Fault } from './errors.js';
import { isError } from './realm.js';

/** Text from a file as it may stand in a message of one line: quoted, escaped, cut short. */
export function excerpt(text: string, limit = 60): string {
  return oneLine(JSON.stringify(text.length > limit ? `${text.slice(0, limit)}…` : text));
}

/** A text on one line: control characters and line separators are escaped. */
export function oneLine(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A shape, `[batch, 1, 28, 28]`, as it may stand in a message of one line. */
export function formatShape(shape: readonly (number | string)[]): string {
  return `[${shape.slice(0, 16).join(', ')}${shape.length > 16 ? ', …' : ''}]`;
}

/** A name from a file as it may stand in a message of one line: in single quotes, cut short. */
export function quote(name: string): string {
  return `'${excerpt(name).slice(1, -1)}'`;
}

/** Texts in a row, the last one after `or`. */
export function either(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
}

/** Names or numbers in a line, the first of many: `3, 7, 9 and 2,951 more`. */
export function listed(items: readonly (number | string)[], most = 3): string {
  const texts = items.map(String);
  if (texts.length <= 1) return texts.join('');
  if (texts.length <= most + 1) return `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
  const more = (texts.length - most).toLocaleString('en-US');
  return `${texts.slice(0, most).join(', ')} and ${more} more`;
}

/** Names from files in a line, as `listed`: without quotes, escaped, each cut short. */
export function listedNames(names: readonly (string | number)[], most = 3): string {
  return listed(
    names.map((name) => excerpt(String(name)).slice(1, -1)),
    most,
  );
}

/** ` (…)` with a reason in vaekit's words; empty for a library's reason, which tells users little. */
export function ownReason(error: unknown): string {
  return error instanceof Fault ? ` (${reasonOf(error, 200)})` : '';
}

/** A library's message as it may stand in one of ours: on one line, cut short. */
export function reasonOf(error: unknown, limit = 100): string {
  const text = isError(error) ? error.message : String(error);
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, limit);
}
