const encoder = new TextEncoder();

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function number(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 255);
}

/** A text as gzip, in one block that is not compressed. */
export function gzip(text: string): Uint8Array {
  const data = encoder.encode(text);
  const length = data.length;
  return Uint8Array.from([
    ...[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1],
    ...number(length, 2),
    ...number(~length, 2),
    ...data,
    ...number(crc32(data), 4),
    ...number(length, 4),
  ]);
}

/** A text of at most 255 bytes as zstd, in one block that is not compressed. */
export function zstd(text: string): Uint8Array {
  const data = encoder.encode(text);
  return Uint8Array.from([
    ...[0x28, 0xb5, 0x2f, 0xfd, 0x20, data.length],
    ...number((data.length << 3) | 1, 3),
    ...data,
  ]);
}

/** A zip archive of one text, not compressed. */
export function zip(name: string, text: string): Uint8Array {
  const data = encoder.encode(text);
  const title = encoder.encode(name);
  const facts = [
    ...number(20, 2),
    ...[0, 0, 0, 0, 0, 0, 0x21, 0],
    ...number(crc32(data), 4),
    ...number(data.length, 4),
    ...number(data.length, 4),
    ...number(title.length, 2),
    ...[0, 0],
  ];
  const local = [...number(0x04034b50, 4), ...facts, ...title, ...data];
  const central = [
    ...number(0x02014b50, 4),
    ...number(20, 2),
    ...facts,
    ...number(0, 2 + 2 + 2),
    ...number(0, 4),
    ...number(0, 4),
    ...title,
  ];
  return Uint8Array.from([
    ...local,
    ...central,
    ...number(0x06054b50, 4),
    ...[0, 0, 0, 0, 1, 0, 1, 0],
    ...number(central.length, 4),
    ...number(local.length, 4),
    ...[0, 0],
  ]);
}

/** A text as UTF-16. */
export function utf16(text: string, isBigEndian = false): Uint8Array {
  return Uint8Array.from(
    [...`\ufeff${text}`].flatMap((char) => {
      const code = char.charCodeAt(0);
      return isBigEndian ? [code >> 8, code & 255] : [code & 255, code >> 8];
    }),
  );
}

/** A text of Latin letters as Windows-1252. */
export function latin(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Bytes from base64. */
export function base64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
