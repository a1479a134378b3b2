import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { excerpt, formatShape } from '../../base/excerpt.js';
import { parseJson } from '../../base/json.js';
import {
  type ElementType,
  elementSize,
  elementsOf,
  littleEndian,
  reversedElements,
  tensorOver,
  tensorSize,
} from './elements.js';
import type { StoredType } from './numbers.js';

/** The format's names of the element types, in the order in which its own writer lays tensors. */
const types: Readonly<Record<string, ElementType>> = {
  U64: 'uint64',
  I64: 'int64',
  F64: 'float64',
  F32: 'float32',
  U32: 'uint32',
  I32: 'int32',
  U16: 'uint16',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
};
const dtypes = Object.keys(types);
/** Element types that are read as arrays of data alone. */
const halves: Readonly<Record<string, StoredType>> = { F16: 'float16', BF16: 'bfloat16' };
const stored: Readonly<Record<string, StoredType>> = { ...types, ...halves };
const maxHeaderBytes = 100_000_000;
const metadataKey = '__metadata__';

/** The content of a safetensors file; both objects have no prototype, so any name is safe as a key. */
export interface SafetensorsContent {
  readonly tensors: Record<string, Tensor>;
  readonly metadata: Record<string, string>;
}

/**
 * Writes tensors in the safetensors format, https://huggingface.co/docs/safetensors. The bytes
 * depend on the content only, not on the order of keys, and every tensor begins at a multiple of
 * its element's size.
 * @throws UserError when a tensor has an element type that this does not write or is not in memory,
 *   or when a name or text of the metadata cannot be written
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    checkText(name, `Tensor name ${excerpt(name)}`);
    if (name === metadataKey) {
      throw new UserError(
        `A tensor is named ${metadataKey}, which the format reserves. Name it differently.`,
      );
    }
    const { type, bytes } = elementsOf(tensor, `Tensor ${excerpt(name)}`);
    return { name, dtype: dtypes.findIndex((key) => types[key] === type), tensor, bytes };
  });
  // Wide elements first keeps all of them aligned; the reference writer orders by type likewise.
  entries.sort((a, b) => a.dtype - b.dtype || compare(a.name, b.name));

  const fields: string[] = [];
  const texts = Object.entries(metadata).sort(([a], [b]) => compare(a, b));
  if (texts.length > 0) {
    for (const [key, text] of texts) {
      checkText(key, `Metadata key ${excerpt(key)}`);
      checkText(text, `Metadata ${excerpt(key)}`);
    }
    const members = texts.map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`);
    fields.push(`"${metadataKey}":{${members.join(',')}}`);
  }
  let end = 0;
  for (const { name, dtype, tensor, bytes } of entries) {
    const start = end;
    end += bytes.length;
    const info = { dtype: dtypes[dtype], shape: tensor.dims, data_offsets: [start, end] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
  }
  const header = new TextEncoder().encode(`{${fields.join(',')}}`);
  const headerBytes = Math.ceil(header.length / 8) * 8;
  if (headerBytes > maxHeaderBytes) {
    throw new UserError(
      `The names and metadata take ${headerBytes} bytes, over the format's ${maxHeaderBytes}. Shorten them.`,
    );
  }

  const file = new Uint8Array(8 + headerBytes + end);
  new DataView(file.buffer).setUint32(0, headerBytes, true);
  file.set(header, 8);
  file.fill(0x20, 8 + header.length, 8 + headerBytes);
  let at = 8 + headerBytes;
  for (const { bytes } of entries) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/**
 * Reads the safetensors format, https://huggingface.co/docs/safetensors. Everything the header
 * says is checked against the file before memory is taken for it; the tensors are copies.
 * @param name the file's name in messages
 * @param check sees the tensors that the header announces, before memory is taken for them
 * @throws UserError when the file is not whole and consistent, or holds an element type that
 *   onnxruntime-common's `Tensor` lacks; errors of `check` pass
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  name: string,
  check?: (announced: readonly TensorInfo[]) => void,
): SafetensorsContent {
  const { infos, metadata, data } = openSafetensors(bytes, name);
  check?.(infos);
  const tensors: Record<string, Tensor> = Object.create(null);
  for (const { key, type, shape, start, end } of infos) {
    if (type === 'float16' || type === 'bfloat16') throw unsupported(key, type, name);
    const content = data.subarray(start, end);
    // A copy owns its memory, is aligned, and lets go of the file.
    const copy = littleEndian
      ? new Uint8Array(content)
      : reversedElements(content, elementSize(type));
    tensors[key] = tensorOver(type, copy, shape, `${name}: tensor ${excerpt(key)}`);
  }
  return { tensors, metadata };
}

/** A safetensors file as its header announces it, which is checked; its values are not read. */
export interface OpenSafetensors {
  readonly infos: readonly TensorInfo[];
  readonly metadata: Record<string, string>;
  /** The bytes of all tensors, little-endian. */
  readonly data: Uint8Array;
}

/**
 * The tensors of a safetensors file, not yet read; floats of 16 bits are among them.
 * @throws UserError when the file is not whole and consistent
 */
export function openSafetensors(bytes: Uint8Array, name: string): OpenSafetensors {
  const { header, data } = split(bytes, name);
  const metadata: Record<string, string> = Object.create(null);
  const infos: TensorInfo[] = [];
  for (const [key, value] of Object.entries(header)) {
    if (key === metadataKey) {
      for (const [field, text] of Object.entries(checkObject(value, `${name}: ${metadataKey}`))) {
        if (typeof text !== 'string') {
          throw damaged(`${name}: ${metadataKey} ${excerpt(field)} is not text`);
        }
        checkText(field, `${name}: a key of ${metadataKey}`);
        checkText(text, `${name}: ${metadataKey} ${excerpt(field)}`);
        metadata[field] = text;
      }
    } else {
      checkText(key, `${name}: tensor name ${excerpt(key)}`);
      infos.push(checkInfo(key, value, `${name}: tensor ${excerpt(key)}`));
    }
  }
  checkLayout(infos, data.length, name);
  return { infos, metadata, data };
}

/** A tensor as the header announces it. */
export interface TensorInfo {
  /** The tensor's name. */
  readonly key: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  /** First byte, and the byte after the last, from the start of the data. */
  readonly start: number;
  readonly end: number;
}

function split(
  bytes: Uint8Array,
  name: string,
): { header: Record<string, unknown>; data: Uint8Array } {
  if (bytes.length < 8) {
    throw damaged(`${name}: ${bytes.length} bytes are too few for a safetensors file`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
  if (length > maxHeaderBytes) {
    throw damaged(
      `${name}: a header of ${length} bytes is announced, over the format's ${maxHeaderBytes}`,
    );
  }
  if (length > bytes.length - 8) {
    throw damaged(
      `${name}: a header of ${length} bytes is announced, but only ${bytes.length - 8} follow`,
    );
  }
  const headerBytes = bytes.subarray(8, 8 + length);
  if (headerBytes[0] !== 0x7b) throw damaged(`${name}: the header does not begin with {`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(headerBytes);
  } catch {
    throw damaged(`${name}: the header is not UTF-8`);
  }
  const header = checkObject(parseJson(text, `${name}: header`, 8), `${name}: header`);
  return { header, data: bytes.subarray(8 + length) };
}

function checkInfo(key: string, value: unknown, where: string): TensorInfo {
  const info = checkObject(value, where);
  const { dtype, shape, data_offsets: offsets } = info;
  const extra = Object.keys(info).find((field) => !infoFields.has(field));
  if (extra !== undefined) throw damaged(`${where} has the unknown field ${excerpt(extra)}`);
  if (typeof dtype !== 'string') throw damaged(`${where} has no dtype`);
  const type = Object.hasOwn(stored, dtype) ? stored[dtype] : undefined;
  if (!type) throw unsupported(key, dtype, where.slice(0, where.lastIndexOf(': tensor')));
  if (!isCounts(shape)) throw damaged(`${where} has no shape of whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw damaged(`${where} has no data_offsets of two whole numbers`);
  }
  const [start, end] = offsets as [number, number];
  const size = storedBytes(type, shape);
  if (size !== end - start) {
    throw damaged(
      `${where} of shape ${formatShape(shape)} and dtype ${dtype} takes ${size ?? 'over 2^53'} bytes, but data_offsets [${start}, ${end}] hold ${end - start}`,
    );
  }
  return { key, type, shape, start, end };
}

const infoFields = new Set(['dtype', 'shape', 'data_offsets']);

function storedBytes(type: StoredType, shape: readonly number[]): number | undefined {
  return tensorSize(type === 'float16' || type === 'bfloat16' ? 'uint16' : type, shape);
}

function unsupported(key: string, type: string, name: string): UserError {
  const dtype = Object.keys(halves).find((each) => halves[each] === type) ?? type;
  return new UserError(
    `${name}: tensor ${excerpt(key)} has dtype ${excerpt(dtype)}, which is not supported. Convert it to one of ${dtypes.join(', ')}.`,
  );
}

/** Refuses data that tensors share, that none holds, or that the file lacks. */
function checkLayout(infos: readonly TensorInfo[], dataBytes: number, name: string): void {
  const sorted = infos.toSorted((a, b) => a.start - b.start || a.end - b.end);
  let expected = 0;
  for (const { key, start, end } of sorted) {
    if (start !== expected) {
      throw damaged(
        `${name}: tensor ${excerpt(key)} begins at byte ${start} of the data, where ${expected} was due (${start < expected ? 'tensors overlap' : 'a hole'})`,
      );
    }
    expected = end;
  }
  if (expected !== dataBytes) {
    throw damaged(`${name}: the tensors take ${expected} bytes, but the file holds ${dataBytes}`);
  }
}

function checkObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw damaged(`${where} is not a JSON object`);
  }
  return value as Record<string, unknown>;
}

function isCounts(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.every((item) => Number.isSafeInteger(item) && item >= 0 && !Object.is(item, -0))
  );
}

/** Half of a surrogate pair has no UTF-8; other readers refuse it, escaped or not. */
function checkText(text: string, where: string): void {
  if (typeof text !== 'string' || /\p{Surrogate}/u.test(text)) {
    throw new UserError(`${where} is not Unicode text. Use other characters.`);
  }
}

/** Compares by UTF-16 code units, the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function damaged(what: string): UserError {
  return new UserError(
    `${what}. The file is damaged or no safetensors file: save or fetch it again.`,
  );
}
