import type { UserColour } from './colour.js';

/** The endings of files that are taken for pictures. */
export const pictureEndings =
  /\.(png|apng|jpe?g|jpe|jfif|webp|gif|bmp|dib|tiff?|avif|svg|pgm|ppm|pbm|pnm)$/i;

/** The pictures that are read, as in 'Give ...'. */
export const pictureKinds = 'PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, SVG, PGM, PPM or PBM';

/** Size and channels that pictures are brought to. */
export interface PictureShape {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
}

/** Form in which values are kept: 8 bits, whole numbers of more bits, or real numbers. */
export type Depth = 'bytes' | 'whole' | 'real';

/** The header of a picture; its size is the size of the picture turned upright. */
export interface PictureInfo extends PictureShape {
  readonly depth: Depth;
  /** Pages of a document, or frames of a moving picture. */
  readonly pages: number;
}

/** The values that stand for black and for white in pictures of more than 8 bits. */
export type Range = readonly [black: number, white: number];
export type Ranges = Readonly<Partial<Record<'whole' | 'real', Range>>>;

/** Says how a picture is decoded. */
export interface Decoding {
  readonly shape: PictureShape;
  /** `'fill'` stretches; `'cover'` scales, then cuts off the parts outside, as much on either side. */
  readonly fit?: 'fill' | 'cover' | undefined;
  /** The ground that is seen through transparent parts. */
  readonly background: UserColour;
  readonly ranges: Ranges;
}

/** A picture that was decoded. */
export interface DecodedPicture {
  /** [channels, height, width]: bytes, or more than 8 bits as numbers from 0 to 1. */
  readonly values: Uint8Array | Float32Array;
  /** Tells whether parts were transparent, and on the ground all became one colour. */
  readonly isVeiled: boolean;
}
