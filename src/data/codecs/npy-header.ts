import { UserError } from '../../base/errors.js';
import { excerpt } from '../../base/excerpt.js';
import type { ElementType } from './elements.js';
import { type ArrayType, type StoredType, storedSize } from './numbers.js';

/** The elements that the header of an .npy file announces. */
export interface NpyHeader {
  readonly type: ArrayType;
  /** Bytes of one element. */
  readonly itemBytes: number;
  readonly bigEndian: boolean;
  /** Tells whether the first index varies fastest, not the last. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** NumPy's names of the element types, without the byte order. */
const types: Readonly<Record<string, StoredType>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  b1: 'bool',
};

/** Element kinds that are refused, by the letter in their dtype. */
const refused: Readonly<Record<string, string>> = {
  O: 'pickled Python objects, which could run code',
  U: 'text',
  S: 'text',
  a: 'text',
  V: 'raw records',
  M: 'dates',
  m: 'time differences',
  c: 'complex numbers',
};

/** The header of little-endian elements in C order, as NumPy writes it, without its padding. */
export function formatNpyHeader(type: ElementType, shape: readonly number[]): string {
  const order = storedSize(type) === 1 ? '|' : '<';
  const dtype = Object.keys(types).find((key) => types[key] === type);
  // A tuple of one element keeps its comma in Python.
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  return `{'descr': '${order}${dtype}', 'fortran_order': False, 'shape': (${lengths}), }`;
}

/**
 * Reads the header, a Python dict literal such as
 * `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`: these three keys, in any order.
 * Nothing else of Python is understood.
 * @param name the file's name in messages
 * @throws UserError when the header is anything else or tells of elements that a tensor cannot hold
 */
export function parseNpyHeader(text: string, name: string): NpyHeader {
  const tokens = new Tokens(text, name);
  let element: Omit<NpyHeader, 'fortranOrder' | 'shape'> | undefined;
  let fortranOrder: boolean | undefined;
  let shape: number[] | undefined;
  tokens.take('{');
  while (tokens.next !== '}') {
    const key = string(tokens);
    tokens.take(':');
    if (key === 'descr' && !element) element = dtype(tokens, name);
    else if (key === 'fortran_order' && fortranOrder === undefined) fortranOrder = bool(tokens);
    else if (key === 'shape' && !shape) shape = tuple(tokens);
    else throw damaged(`${name}: the header has key ${excerpt(key, 20)} twice or in error`);
    if (tokens.next !== '}') tokens.take(',');
  }
  tokens.take('}');
  tokens.end();
  if (!element || fortranOrder === undefined || !shape) {
    throw damaged(`${name}: the header lacks descr, fortran_order or shape`);
  }
  return { ...element, fortranOrder, shape };
}

/** The error of a file that breaks the format. */
export function damaged(what: string): UserError {
  return new UserError(
    `${what}. The file is damaged or no .npy file: save it again with numpy.save.`,
  );
}

/** The header's text, taken apart word by word. */
class Tokens {
  /** The word that comes next; empty at the end. */
  next = '';
  // Python 2 wrote some integers with an L.
  readonly #pattern = /\s*('[^'\\]*'|"[^"\\]*"|True|False|(?:0|[1-9]\d*)L?|[{}()[\],:]|$)/y;

  constructor(
    readonly text: string,
    readonly name: string,
  ) {
    this.advance();
  }

  /** Takes the next word, whatever it is. */
  advance(): string {
    const taken = this.next;
    const at = this.#pattern.lastIndex;
    const match = this.#pattern.exec(this.text);
    if (!match) {
      throw damaged(
        `${this.name}: the header is not understood at ${excerpt(this.text.slice(at).trim(), 20)}`,
      );
    }
    this.next = match[1]!;
    return taken;
  }

  take(wanted: string): void {
    if (this.next !== wanted) throw this.unexpected(wanted);
    this.advance();
  }

  /** Checks that nothing follows. */
  end(): void {
    if (this.next !== '') throw this.unexpected('its end');
  }

  unexpected(wanted: string): UserError {
    const found = this.next === '' ? 'its end' : excerpt(this.next, 20);
    return damaged(`${this.name}: the header has ${found} where ${wanted} was due`);
  }
}

function string(tokens: Tokens): string {
  if (!/^['"]/.test(tokens.next)) throw tokens.unexpected('a string');
  return tokens.advance().slice(1, -1);
}

function bool(tokens: Tokens): boolean {
  if (tokens.next !== 'True' && tokens.next !== 'False') {
    throw tokens.unexpected('True or False');
  }
  return tokens.advance() === 'True';
}

function tuple(tokens: Tokens): number[] {
  const lengths: number[] = [];
  let comma = true;
  tokens.take('(');
  while (tokens.next !== ')') {
    const length = /^\d/.test(tokens.next) ? Number.parseInt(tokens.next, 10) : Number.NaN;
    if (!comma || !Number.isSafeInteger(length)) throw tokens.unexpected('a length');
    tokens.advance();
    lengths.push(length);
    comma = tokens.next === ',';
    if (comma) tokens.advance();
  }
  // (3) is a number in Python, (3,) a tuple.
  if (lengths.length === 1 && !comma) throw tokens.unexpected('a comma');
  tokens.advance();
  return lengths;
}

function dtype(tokens: Tokens, name: string): Omit<NpyHeader, 'fortranOrder' | 'shape'> {
  if (tokens.next === '[' || tokens.next === '(') throw unsupported(name, 'records');
  const descr = string(tokens);
  const [, wordOrder, letter, length] = /^([<>|])([USa])(\d{1,6})$/.exec(descr) ?? [];
  if (letter !== undefined && Number(length) > 0) {
    const itemBytes = Number(length) * (letter === 'U' ? 4 : 1);
    return { type: letter === 'U' ? 'utf32' : 'bytes', itemBytes, bigEndian: wordOrder === '>' };
  }
  const [, order, code] = /^([<>|])([a-z]\d)$/.exec(descr) ?? [];
  const type = code !== undefined && Object.hasOwn(types, code) ? types[code] : undefined;
  if (!type || (order === '|' && storedSize(type) > 1)) {
    const kind = /^[<>|=]?([a-zA-Z])/.exec(descr)?.[1] ?? '';
    const known = Object.hasOwn(refused, kind) ? refused[kind] : undefined;
    throw unsupported(name, known ?? `elements of dtype ${excerpt(descr, 20)}`);
  }
  return { type, itemBytes: storedSize(type), bigEndian: order === '>' };
}

/** The refusal of an array of words where numbers are due. */
export function refuseWords(name: string): UserError {
  return unsupported(name, 'text');
}

function unsupported(name: string, what: string): UserError {
  return new UserError(
    `${name}: holds ${what}. Save numbers of dtype ${Object.keys(types).join(', ')}, as by array.astype('f4').`,
  );
}
