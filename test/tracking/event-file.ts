import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** The fields of a message, by number, as bytes or numbers. */
type Fields = Readonly<Record<number, (Uint8Array | number)[]>>;

function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields: Record<number, (Uint8Array | number)[]> = {};
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    fields[field] ??= [];
    fields[field].push(
      type === WireType.LengthDelimited
        ? reader.bytes()
        : type === WireType.Varint
          ? Number(reader.int64())
          : type === WireType.Bit64
            ? reader.double()
            : reader.float(),
    );
  }
  return fields;
}

/** The message in a field; undefined where there is none. */
const inside = (fields: Fields | undefined, field: number): Fields | undefined =>
  fields?.[field] && fieldsOf(fields[field][0] as Uint8Array);

const textOf = (bytes: Uint8Array | number | undefined) =>
  new TextDecoder().decode(bytes as Uint8Array);

/** CRC-32C bit by bit, by its definition. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

const masked = (crc: number) => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

/** The records of a TFRecord file. @throws Error when a checksum is wrong, or the file ends within a record */
export function recordsOf(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const records: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const data = file.subarray(at + 12, at + 12 + length);
    if (view.getUint32(at + 8, true) !== masked(crc32c(file.subarray(at, at + 8)))) {
      throw new Error(`The checksum of the length at ${at} is wrong.`);
    }
    if (view.getUint32(at + 12 + length, true) !== masked(crc32c(data))) {
      throw new Error(`The checksum of the record at ${at} is wrong.`);
    }
    records.push(data);
    at += length + 16;
  }
  return records;
}

/** An event, as far as tests look at it. */
export interface Event {
  readonly time: number;
  readonly step: number;
  readonly version?: string;
  readonly isStart: boolean;
  readonly tag?: string;
  readonly scalar?: number;
  readonly png?: Uint8Array;
  readonly text?: string;
  readonly histogram?: { readonly numbers: readonly number[]; readonly counts: readonly number[] };
}

const doublesIn = (bytes: Uint8Array) => {
  const reader = new BinaryReader(bytes);
  const values: number[] = [];
  while (reader.pos < reader.len) values.push(reader.double());
  return values;
};

export function eventOf(record: Uint8Array): Event {
  const fields = fieldsOf(record);
  const version = fields[3]?.[0];
  const value = inside(inside(fields, 5), 1);
  const image = inside(value, 4);
  const tensor = inside(value, 8);
  const histogram = inside(value, 5);
  return {
    time: fields[1]![0] as number,
    step: (fields[2]?.[0] ?? 0) as number,
    isStart: fields[7] !== undefined,
    ...(version === undefined ? {} : { version: textOf(version) }),
    ...(value ? { tag: textOf(value[1]![0]) } : {}),
    ...(value?.[2] ? { scalar: value[2][0] as number } : {}),
    ...(image ? { png: image[4]![0] as Uint8Array } : {}),
    ...(tensor ? { text: textOf(tensor[8]![0]) } : {}),
    ...(histogram
      ? {
          histogram: {
            numbers: [1, 2, 3, 4, 5].map((field) => histogram[field]![0] as number),
            counts: doublesIn(histogram[7]![0] as Uint8Array),
          },
        }
      : {}),
  };
}
