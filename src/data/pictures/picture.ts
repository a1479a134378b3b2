/** The endings of files that are taken for pictures. */
export const pictureEndings = /\.(png|jpe?g|jfif|webp|gif|bmp|tiff?)$/i;

/** Size and channels that pictures are brought to. */
export interface PictureShape {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
}

/** The header of a picture; its size is that of the picture turned upright. */
export type PictureInfo = PictureShape;

/** A picture in a folder. */
export interface PictureFile {
  readonly path: string;
  /** Folders and name under the data's own folder. */
  readonly parts: readonly string[];
  readonly size: number;
  readonly modified: number;
}
