import { z } from 'zod';

/** Red, green and blue, 0 to 255 each. */
export type UserColour = readonly [red: number, green: number, blue: number];

const named: Readonly<Record<string, UserColour>> = {
  white: [255, 255, 255],
  black: [0, 0, 0],
  gray: [128, 128, 128],
};

/** A colour as people write it: `white`, `black`, `gray`, or `#rrggbb`. */
export const colourSchema = z.string().regex(/^(white|black|gray|#[0-9a-f]{6})$/i, {
  error: "it must be 'white', 'black', 'gray' or a colour as '#336699'",
});

/** The numbers of a colour that `colourSchema` takes. */
export function colourOf(text: string): UserColour {
  const known = named[text.toLowerCase()];
  if (known) return known;
  const number = Number.parseInt(text.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

/** Tells whether a colour has no hue. */
export function isGrayColour([red, green, blue]: UserColour): boolean {
  return red === green && red === blue;
}
