import crc32c from 'crc-32/crc32c.js';

/** The checksum of TFRecord files: CRC-32C, turned and moved so that checksums of checksums differ. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c.buf(bytes) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/**
 * Bytes as a record of a TFRecord file (https://www.tensorflow.org/tutorials/load_data/tfrecord): their length as 8
 * bytes, its checksum, the bytes, their checksum; all little-endian.
 */
export function recordOf(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return record;
}
