import { UserError } from './errors.js';
import { excerpt, quote } from './excerpt.js';

/**
 * Parses JSON from a file that may be damaged or hostile. Unlike `JSON.parse` it refuses an object
 * that names a key twice, where the last would win in silence. A key `__proto__` becomes a plain
 * property, as in `JSON.parse`.
 * @param name the text's name in messages
 * @param maxDepth how many arrays and objects may lie inside each other
 * @throws UserError when the text is not JSON, repeats a key or is nested too deep
 */
export function parseJson(text: string, name: string, maxDepth = 100): unknown {
  try {
    checkKeys(text, name, maxDepth);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name}: not valid JSON: ${faultOf(text)}. Correct the text.`);
  }
}

/** Length of text beyond which the place of a fault is not looked for. */
const mostSearched = 2 ** 20;

const token =
  /([{}[\]:,])|("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;

/** The first place from `start` on that is no white space. */
function afterSpace(text: string, start: number): number {
  let i = start;
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i++;
  return i;
}

/** Tells where a text stops being JSON, and how: `line 3, column 7: ',' does not belong there`. */
function faultOf(text: string): string {
  const at = text.length > mostSearched ? undefined : wrongAt(text);
  if (at === undefined) return 'a text or number in it is malformed';
  const before = text.slice(0, at).split('\n');
  const place = `line ${before.length}, column ${before.at(-1)!.length + 1}`;
  const found = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return at >= text.length
    ? `it ends too early, at ${place}`
    : `${place}: ${quote(found)} does not belong there`;
}

/** The place of the first character that no JSON has there; the text's end where only the rest is missing. */
function wrongAt(text: string): number | undefined {
  const open: string[] = [];
  // The next token: a value, a key, the colon after a key, or the comma or bracket after a value.
  let next: 'value' | 'key' | 'colon' | 'after' = 'value';
  let mayClose = false;
  for (let end = 0; ; ) {
    const start = afterSpace(text, end);
    if (start >= text.length) return text.length;
    token.lastIndex = start;
    const match = token.exec(text);
    if (!match) return start;
    end = token.lastIndex;
    const [, sign = '', string] = match;
    const inside = open.at(-1);
    if (next === 'after') {
      if (inside === undefined) return start;
      if (sign === ',') [next, mayClose] = [inside === '{' ? 'key' : 'value', false];
      else if (sign === (inside === '{' ? '}' : ']')) open.pop();
      else return start;
    } else if (next === 'colon') {
      if (sign !== ':') return start;
      [next, mayClose] = ['value', false];
    } else if (mayClose && sign === (inside === '{' ? '}' : ']')) {
      open.pop();
      next = 'after';
    } else if (next === 'key') {
      if (string === undefined) return start;
      next = 'colon';
    } else if (sign === '{' || sign === '[') {
      open.push(sign);
      [next, mayClose] = [sign === '{' ? 'key' : 'value', true];
    } else if (sign !== '') return start;
    else next = 'after';
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

/** Finds where the string that opens at `start` closes; the end of the text when it does not. */
function stringEnd(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}

function isKey(text: string, after: number): boolean {
  return text[afterSpace(text, after)] === ':';
}
