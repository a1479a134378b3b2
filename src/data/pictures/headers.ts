/** Facts of a picture's header that a browser does not tell. */
export interface HeaderFacts {
  readonly pages: number;
  readonly isDeep: boolean;
}

function read32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

/** The chunks of a PNG file: type and place of the content. */
function* pngChunks(bytes: Uint8Array): Generator<[type: string, at: number]> {
  for (let at = 8; at + 12 <= bytes.length; ) {
    yield [String.fromCharCode(...bytes.subarray(at + 4, at + 8)), at + 8];
    at += 12 + read32(bytes, at);
  }
}

function pngFacts(bytes: Uint8Array): HeaderFacts {
  let pages = 1;
  for (const [type, at] of pngChunks(bytes)) {
    if (type === 'acTL' && at + 4 <= bytes.length) pages = read32(bytes, at);
    if (type === 'IDAT') break;
  }
  return { pages, isDeep: bytes[24] === 16 };
}

/** The frames of a GIF file. https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
function gifFrames(bytes: Uint8Array): number {
  const tableBytes = (flags = 0) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let at = 13 + tableBytes(bytes[10]);
  let frames = 0;
  const skipBlocks = () => {
    while (bytes[at]) at += bytes[at]! + 1;
    at++;
  };
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === 0x2c) {
      frames++;
      at += 10 + tableBytes(bytes[at + 9]) + 1;
    } else if (kind === 0x21) at += 2;
    else break;
    skipBlocks();
  }
  return frames;
}

/** The frames of a WebP file. https://developers.google.com/speed/webp/docs/riff_container */
function webpFrames(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frames = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    if (String.fromCharCode(...bytes.subarray(at, at + 4)) === 'ANMF') frames++;
    const size = view.getUint32(at + 4, true);
    at += 8 + size + (size & 1);
  }
  return frames;
}

/** Pages and depth of a picture of a kind. */
export function headerFacts(bytes: Uint8Array, kind: string): HeaderFacts {
  if (kind === 'png') return pngFacts(bytes);
  const pages = kind === 'gif' ? gifFrames(bytes) : kind === 'webp' ? webpFrames(bytes) : 1;
  return { pages: Math.max(1, pages), isDeep: false };
}
