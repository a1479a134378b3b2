import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { Fault } from '../../base/errors.js';
import { refuseBomb } from '../files/inflation.js';
import type { HeldBytes } from './held-bytes.js';

/*
 * hyparquet believes the numbers of a file: a few bytes can announce 2^31 values, which it then
 * makes. These checks look at the numbers first.
 */

/** Most values of one column in a row group; writers make groups of about a million rows. */
const mostValues = 2 ** 24;

/** Most bytes of a page; writers make pages of about a megabyte. */
const mostPageBytes = 2 ** 27;

/** Greatest depth of the format's own structures. */
const mostLevels = 32;

/** A 64-bit number takes at most so many bytes of 7 bits. */
const mostVarintBytes = 10;

/** Codes of thrift's compact protocol. */
const [listType, structType] = [9, 12];

/**
 * Walks over a structure of thrift's compact protocol, from where the reader is to its end, which
 * costs time and memory by its bytes alone.
 * @throws Error when it does not end in the view, or is none
 */
function checkThrift(reader: { readonly view: DataView; offset: number }): void {
  const { view } = reader;
  const byte = () => view.getUint8(reader.offset++);
  const varint = () => {
    let value = 0;
    for (let i = 0; i < mostVarintBytes; i++) {
      const next = byte();
      value += (next & 0x7f) * 2 ** (7 * i);
      if (next < 0x80) return value;
    }
    throw new Fault('a number is too long');
  };
  const skip = (length: number) => {
    if (length > view.byteLength - reader.offset) throw new Fault('a text is too long');
    reader.offset += length;
  };
  const element = (type: number, level: number, inList: boolean): void => {
    if (level > mostLevels) throw new Fault('its structure is too deep');
    if (type === 1 || type === 2) skip(inList ? 1 : 0);
    else if (type === 3) skip(1);
    else if (type >= 4 && type <= 6) varint();
    else if (type === 7) skip(8);
    else if (type === 8) skip(varint());
    else if (type === listType) list(level + 1);
    else if (type === structType) struct(level + 1);
    else throw new Fault(`thrift type ${type} is unknown`);
  };
  const list = (level: number) => {
    const head = byte();
    const size = head >> 4 === 15 ? varint() : head >> 4;
    // Each element takes a byte at least.
    if (size > view.byteLength - reader.offset) throw new Fault('a list is too long');
    for (let i = 0; i < size; i++) element(head & 15, level, true);
  };
  const struct = (level: number) => {
    for (let head = byte(); (head & 15) !== 0; head = byte()) {
      if (head >> 4 === 0) varint();
      element(head & 15, level, false);
    }
  };
  struct(0);
}

/** Checks the footer's structure, which lies before its length and the last four letters. */
export async function checkFooter(file: AsyncBuffer): Promise<void> {
  const { byteLength } = file;
  if (byteLength < 12) throw new Fault('it is too short');
  const length = new DataView(await file.slice(byteLength - 8, byteLength - 4)).getUint32(0, true);
  if (length > byteLength - 12) throw new Fault(`a footer of ${length} bytes is announced`);
  const view = new DataView(await file.slice(byteLength - 8 - length, byteLength - 8));
  checkThrift({ view, offset: 0 });
}

/**
 * Reads some columns of a row group into memory, and checks the numbers in their headers, page by page.
 * @param wanted names of columns, as in the schema's first level
 * @throws Error when a number is none that a writer would give
 */
export async function checkGroup(
  file: HeldBytes,
  { columns, num_rows: rows }: FileMetaData['row_groups'][number],
  wanted: readonly string[],
): Promise<void> {
  for (const { meta_data: meta } of columns) {
    if (!meta || !wanted.includes(meta.path_in_schema[0]!)) continue;
    const name = meta.path_in_schema.join('.');
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const end = start + Number(meta.total_compressed_size);
    if (!(start >= 0 && start <= end && end <= file.byteLength)) {
      throw new Fault(`column ${name} lies outside of the file`);
    }
    if (!(meta.num_values >= 0 && meta.num_values <= mostValues)) {
      throw new Fault(
        `column ${name} has ${meta.num_values} values in a row group, more than ${mostValues}`,
      );
    }
    // Nested values may be repeated in a row.
    if (meta.path_in_schema.length === 1 && meta.num_values !== rows) {
      throw new Fault(`column ${name} has ${meta.num_values} values for ${rows} rows`);
    }
    const view = new DataView(await file.hold(start, end));
    const reader = { view, offset: 0 };
    let values = 0;
    let bytes = 0;
    // hyparquet takes a last byte for padding, too.
    while (reader.offset < view.byteLength - 1) {
      const begin = reader.offset;
      checkThrift(reader);
      reader.offset = begin;
      const header = parquetHeader(reader);
      const { compressed_page_size: size, uncompressed_page_size: whole } = header;
      if (!(size >= 0 && size <= view.byteLength - reader.offset)) {
        throw new Fault(`a page of column ${name} has ${size} bytes`);
      }
      if (!(whole >= 0 && whole <= mostPageBytes)) {
        throw new Fault(`a page of column ${name} has ${whole} bytes unpacked`);
      }
      const page = header.data_page_header ?? header.data_page_header_v2;
      const count = page?.num_values ?? header.dictionary_page_header?.num_values ?? 0;
      if (!(count >= 0 && count <= mostValues)) {
        throw new Fault(`a page of column ${name} has ${count} values`);
      }
      // Each text of this encoding may repeat all of the one before.
      if (page?.encoding === 'DELTA_BYTE_ARRAY' && count * whole > 2 ** 30) {
        throw new Fault(`a page of column ${name} may unpack to ${count * whole} bytes`);
      }
      values += page ? count : 0;
      bytes += whole;
      reader.offset += size;
    }
    if (values !== Number(meta.num_values)) {
      throw new Fault(`column ${name} announces ${meta.num_values} values and has ${values}`);
    }
    refuseBomb(bytes, Math.max(end - start, 2 ** 19), `column ${name}`);
  }
}
