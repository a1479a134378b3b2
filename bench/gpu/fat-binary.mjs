import { readFileSync, writeFileSync } from 'node:fs';

/*
 * Libraries of CUDA hold code for many graphics processors. In a fat binary, behind a header of 16 bytes (magic,
 * version, the header's size, the size of all entries), each entry has a header of its own (its size at 4, its code's
 * size at 8, its architecture at 28) before its code.
 */

const magic = Buffer.from([0x50, 0xed, 0x55, 0xba, 1, 0]);

/**
 * Fills the code for all but one architecture with zeros, which take no room when they are packed. Headers and places
 * stay, and no such card reads the code.
 * @param {string} file is changed
 * @param {number} architecture 90 for Hopper
 */
export function keepArchitecture(file, architecture) {
  const bytes = readFileSync(file);
  const [kept, cleared] = [{ bytes: 0 }, { bytes: 0 }];
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at)) {
    const headerSize = bytes.readUInt16LE(at + 6);
    const size = Number(bytes.readBigUInt64LE(at + 8));
    const end = at + headerSize + size;
    if (headerSize !== 16 || end > bytes.length) {
      at += magic.length;
      continue;
    }
    /** @type {{ start: number, end: number, architecture: number }[]} */
    const entries = [];
    for (let entry = at + headerSize; entry < end; ) {
      const start = entry + bytes.readUInt32LE(entry + 4);
      const own = bytes.readUInt32LE(entry + 28);
      entry = start + Number(bytes.readBigUInt64LE(entry + 8));
      entries.push({ start, end: entry, architecture: own });
    }
    // A file without code for the card is left as it is.
    const isThere = entries.some((entry) => entry.architecture === architecture);
    for (const entry of entries) {
      const isKept = !isThere || entry.architecture === architecture;
      (isKept ? kept : cleared).bytes += entry.end - entry.start;
      if (!isKept) bytes.fill(0, entry.start, entry.end);
    }
    at = end;
  }
  if (kept.bytes === 0)
    throw new Error(`${file} has no code for graphics processors that is known`);
  writeFileSync(file, bytes);
  return { kept: kept.bytes, cleared: cleared.bytes };
}
