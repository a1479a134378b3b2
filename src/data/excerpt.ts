import { isError } from './realm.js';

/** Text from a file as it may stand in a message of one line: quoted, escaped, cut short. */
export function excerpt(text: string, limit = 60): string {
  return JSON.stringify(text.length > limit ? `${text.slice(0, limit)}…` : text).replace(
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

/** A library's message as it may stand in one of ours: on one line, cut short. */
export function reasonOf(error: unknown, limit = 100): string {
  const text = isError(error) ? error.message : String(error);
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, limit);
}
