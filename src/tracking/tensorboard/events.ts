import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Histogram } from '../histogram.js';

/*
 * Messages of TensorBoard's event files, by the numbers of their fields in tensorboard/compat/proto/event.proto,
 * summary.proto and tensor.proto.
 */

/** A moment of a training, and its values. */
interface Moment {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly step: number;
}

type Write = (writer: BinaryWriter) => void;

function message(write: Write): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

/** A message inside of a message. */
function nested(writer: BinaryWriter, field: number, write: Write): void {
  writer.tag(field, WireType.LengthDelimited).bytes(message(write));
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function event({ time, step }: Moment, write: Write): Uint8Array {
  return message((writer) => {
    writer.tag(1, WireType.Bit64).double(time / 1000);
    writer.tag(2, WireType.Varint).int64(step);
    write(writer);
  });
}

/** A value of a summary under its tag. */
function valueEvent(moment: Moment, tag: string, write: Write): Uint8Array {
  return event(moment, (writer) =>
    nested(writer, 5, (summary) =>
      nested(summary, 1, (value) => {
        text(value, 1, tag);
        write(value);
      }),
    ),
  );
}

/** The first event of a file. */
export const versionEvent = (moment: Moment): Uint8Array =>
  event(moment, (writer) => text(writer, 3, 'brain.Event:2'));

const sessionStart = 1;

/** Tells that steps from this one on are computed anew, so that the events of earlier files do not count. */
export const startEvent = (moment: Moment): Uint8Array =>
  event(moment, (writer) =>
    nested(writer, 7, (log) => log.tag(1, WireType.Varint).int32(sessionStart)),
  );

/** A number as float32. */
export const scalarEvent = (moment: Moment, tag: string, value: number): Uint8Array =>
  valueEvent(moment, tag, (writer) => writer.tag(2, WireType.Bit32).float(value));

const stringType = 7;

/** Markdown. */
export const textEvent = (moment: Moment, tag: string, markdown: string): Uint8Array =>
  valueEvent(moment, tag, (value) => {
    nested(value, 9, (metadata) => nested(metadata, 1, (plugin) => text(plugin, 1, 'text')));
    nested(value, 8, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(stringType);
      nested(tensor, 2, (shape) =>
        nested(shape, 2, (dimension) => dimension.tag(1, WireType.Varint).int64(1)),
      );
      text(tensor, 8, markdown);
    });
  });

/** Width and height are in the first chunk of a PNG file, behind its signature. */
const [widthAt, heightAt] = [16, 20];

/** A picture. @param png the bytes of a PNG file */
export function pictureEvent(moment: Moment, tag: string, png: Uint8Array): Uint8Array {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return valueEvent(moment, tag, (value) =>
    nested(value, 4, (image) => {
      image.tag(1, WireType.Varint).int32(view.getUint32(heightAt));
      image.tag(2, WireType.Varint).int32(view.getUint32(widthAt));
      image.tag(3, WireType.Varint).int32(3);
      image.tag(4, WireType.LengthDelimited).bytes(png);
    }),
  );
}

export function histogramEvent(moment: Moment, tag: string, histogram: Histogram): Uint8Array {
  const { min, max, count, sum, sumOfSquares, limits, counts } = histogram;
  const packed = (values: readonly number[]) =>
    message((writer) => {
      for (const value of values) writer.double(value);
    });
  return valueEvent(moment, tag, (value) =>
    nested(value, 5, (histo) => {
      [min, max, count, sum, sumOfSquares].forEach((number, i) => {
        histo.tag(i + 1, WireType.Bit64).double(number);
      });
      histo.tag(6, WireType.LengthDelimited).bytes(packed(limits));
      histo.tag(7, WireType.LengthDelimited).bytes(packed(counts));
    }),
  );
}
