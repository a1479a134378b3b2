import { UserError } from './errors.js';
import { excerpt } from './excerpt.js';
import { isError } from './realm.js';

/**
 * Parses JSON from a file that may be damaged or hostile. Unlike `JSON.parse` it refuses an object
 * that names a key twice, where the last would win in silence. A key `__proto__` becomes a plain
 * property, as in `JSON.parse`.
 * @param name what the text is called in messages
 * @param maxDepth how many arrays and objects may lie inside each other
 * @throws UserError when the text is not JSON, repeats a key or is nested too deep
 */
export function parseJson(text: string, name: string, maxDepth = 100): unknown {
  try {
    checkKeys(text, name, maxDepth);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof UserError) throw error;
    // The parser's message quotes the text, line breaks and all.
    const reason = isError(error) ? error.message.replace(/[\p{Cc}\s]+/gu, ' ') : '';
    throw new UserError(`${name}: not valid JSON (${reason.slice(0, 120)}). Correct the text.`);
  }
}

/** Finds repeated keys in one pass over the text, which need not be valid JSON. */
function checkKeys(text: string, name: string, maxDepth: number): void {
  // The keys so far of each open object; undefined stands for an open array.
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '{' || char === '[') {
      if (open.length === maxDepth) {
        throw new UserError(`${name}: JSON nested over ${maxDepth} levels. Flatten it.`);
      }
      open.push(char === '{' ? new Set() : undefined);
    } else if (char === '}' || char === ']') {
      open.pop();
    } else if (char === '"') {
      const start = i;
      i = stringEnd(text, start);
      const keys = open.at(-1);
      if (!keys || !isKey(text, i + 1)) continue;
      const key: unknown = JSON.parse(text.slice(start, i + 1));
      if (typeof key !== 'string') continue;
      if (keys.has(key)) {
        throw new UserError(`${name}: key ${excerpt(key)} is there twice. Remove one.`);
      }
      keys.add(key);
    }
  }
}

/** Where the string that opens at `start` closes; the end of the text when it does not. */
function stringEnd(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}

function isKey(text: string, after: number): boolean {
  let i = after;
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i++;
  return text[i] === ':';
}
