import { decode } from 'fast-png';

/** A PNG file read back: its size, and the colour of a pixel as [red, green, blue, alpha]. */
export function readPng(file: Uint8Array) {
  const { width, height, data, channels, depth } = decode(file);
  if (channels !== 4 || depth !== 8) throw new Error(`${channels} channels of ${depth} bits`);
  const pixel = (x: number, y: number) => {
    const at = 4 * (y * width + x);
    return [...data.slice(at, at + 4)];
  };
  return { width, height, pixel };
}

/** Tells whether a frame of the given width around the picture is white: nothing is cut off by its edge. */
export function hasWhiteFrame(file: Uint8Array, frame: number): boolean {
  const { width, height, pixel } = readPng(file);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = x >= frame && x < width - frame && y >= frame && y < height - frame;
      if (!inside && pixel(x, y).some((value) => value !== 255)) return false;
    }
  }
  return true;
}

/** Tells whether a rectangle holds anything but white. */
export function hasInk(file: Uint8Array, left: number, top: number, right: number, bottom: number) {
  const { pixel } = readPng(file);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) if (pixel(x, y).some((value) => value !== 255)) return true;
  }
  return false;
}
