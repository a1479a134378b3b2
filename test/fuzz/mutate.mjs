/** Whole numbers that readers stumble over. */
export const numbers = [
  0,
  1,
  2,
  3,
  127,
  128,
  255,
  256,
  65535,
  65536,
  2 ** 24,
  10 ** 9,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 40,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
];

const words = [
  '-1',
  '1e999',
  '1e-400',
  'NaN',
  'null',
  'true',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  ',',
  ':',
  '\\',
  '\n',
  '\r\n',
  '\t',
  ';',
  '\0',
  '\u001b[2J',
  '../',
  '/etc/passwd',
  '__proto__',
  'constructor',
  '\ud83d\ude00',
  '[[[[[[[[',
  '{"a":',
];

function joined(...parts) {
  return new Uint8Array(Buffer.concat(parts));
}

function randomBytes(random, length) {
  return Uint8Array.from({ length }, () => random.below(256));
}

/** A place in the bytes, more often near the beginning or the end, where headers are. */
function place(random, length) {
  const where = random.below(4);
  if (where === 0) return random.below(Math.min(length, 64) + 1);
  if (where === 1) return Math.max(0, length - random.below(128));
  return random.below(length + 1);
}

function writeNumber(bytes, at, random) {
  const width = random.pick([1, 2, 4, 8]);
  if (at + width > bytes.length) return bytes;
  const copy = bytes.slice();
  const value = random.below(4) === 0 ? random.below(2 ** 32) : random.pick(numbers);
  let rest = BigInt(value) + (random.below(4) === 0 ? -1n : 0n);
  if (rest < 0n) rest = 2n ** 64n - 1n;
  const little = random.below(2) === 0;
  for (let i = 0; i < width; i++) {
    copy[little ? at + i : at + width - 1 - i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return copy;
}

/** Another number in the place of one that is written as text. */
function writeText(bytes, at, random) {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const match = /-?\d+(\.\d+)?/.exec(text.slice(at));
  if (!match) return bytes;
  const start = at + match.index;
  const value = random.below(3) === 0 ? random.pick(words) : String(random.pick(numbers));
  return joined(
    bytes.subarray(0, start),
    Buffer.from(value),
    bytes.subarray(start + match[0].length),
  );
}

const edits = [
  (bytes, at, random) => {
    const copy = bytes.slice();
    if (at < copy.length) copy[at] ^= 1 << random.below(8);
    return copy;
  },
  (bytes, at, random) => {
    const copy = bytes.slice();
    if (at < copy.length) copy[at] = random.below(256);
    return copy;
  },
  writeNumber,
  writeNumber,
  writeText,
  writeText,
  (bytes, at) => bytes.slice(0, at),
  (bytes, at, random) => joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(32))),
  (bytes, at, random) => {
    const block = bytes.subarray(at, at + 1 + random.below(64));
    return joined(bytes.subarray(0, at), block, block, bytes.subarray(at + block.length));
  },
  (bytes, at, random) =>
    joined(bytes.subarray(0, at), randomBytes(random, 1 + random.below(16)), bytes.subarray(at)),
  (bytes, at, random) =>
    joined(bytes.subarray(0, at), Buffer.from(random.pick(words)), bytes.subarray(at)),
  (bytes, _at, random) => joined(bytes, new Uint8Array(random.below(4096))),
];

/** Bytes with some of them changed, put in, taken out, repeated or cut off. */
export function mutate(bytes, random, others = []) {
  let result = bytes;
  const count = 1 + random.below(random.below(3) === 0 ? 8 : 3);
  for (let i = 0; i < count; i++) {
    const at = place(random, result.length);
    if (others.length > 0 && random.below(24) === 0) {
      const other = random.pick(others);
      result = joined(result.subarray(0, at), other.subarray(place(random, other.length)));
    } else {
      result = random.pick(edits)(result, at, random);
    }
  }
  return result;
}

const values = () => [
  ...numbers,
  -1,
  0.5,
  1e308,
  -1e-320,
  null,
  true,
  '',
  'dense',
  '../../etc/passwd',
  '__proto__',
  'x'.repeat(5000),
  '\u001b[2J\n',
  [],
  {},
  [1, 2, 3, 4, 5, 6, 7, 8],
  { type: 'dense', units: 3 },
  JSON.parse(`${'['.repeat(60)}${']'.repeat(60)}`),
];

/** Every array and object in plain data. */
function containers(value, found = []) {
  if (typeof value !== 'object' || value === null) return found;
  found.push(value);
  for (const each of Object.values(value)) containers(each, found);
  return found;
}

/** Plain data with some values replaced, removed, repeated or put elsewhere. */
export function mutateJson(original, random) {
  const value = structuredClone(original);
  const count = 1 + random.below(3);
  for (let i = 0; i < count; i++) {
    const all = containers(value);
    const inside = random.pick(all);
    const keys = Object.keys(inside);
    const key = random.pick(keys) ?? 'x';
    const kind = random.below(6);
    if (kind <= 2) inside[key] = random.pick(values());
    else if (kind === 3 && Array.isArray(inside)) inside.splice(Number(key), 1);
    else if (kind === 3) delete inside[key];
    else if (kind === 4 && Array.isArray(inside)) inside.push(structuredClone(inside[Number(key)]));
    else if (kind === 4) inside[random.pick(['type', 'x', 'format', '__proto__x'])] = 1;
    else inside[key] = structuredClone(random.pick(all));
    // Copies of copies would grow without bound.
    if (JSON.stringify(value).length > 100_000) break;
  }
  return value;
}
