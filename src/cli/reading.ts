import { type Command, InvalidArgumentError, Option } from 'commander';

/** Options that say how the user's own data is read, as commander gives them. */
export interface ReadingOptions {
  resize?: number | [number, number];
  crop?: 'center';
  channels?: 1 | 3;
  strict?: boolean;
  columns?: string[];
  label?: string;
}

/** `64` or `64x48`, height first. */
function size(text: string): number | [number, number] {
  const [, height, width] = /^([1-9]\d*)(?:x([1-9]\d*))?$/i.exec(text.trim()) ?? [];
  if (height === undefined) {
    throw new InvalidArgumentError('It must be a number of pixels, or height x width as 64x48.');
  }
  return width === undefined ? Number(height) : [Number(height), Number(width)];
}

/** Adds the options that say how the user's own data is read. */
export function withReading(command: Command): Command {
  return command
    .option('--resize <size>', 'bring pictures to this size: 64, or height x width as 64x48', size)
    .addOption(
      new Option(
        '--crop <how>',
        'keep proportions when resizing and cut what lies outside: center',
      ).choices(['center']),
    )
    .addOption(
      new Option('--channels <n>', 'gray (1) or colour (3) pictures')
        .choices(['1', '3'])
        .argParser((text) => {
          if (text !== '1' && text !== '3') throw new InvalidArgumentError('It must be 1 or 3.');
          return Number(text);
        }),
    )
    .option('--strict', 'stop at a picture that cannot be read, rather than skip it')
    .option('--columns <names>', 'columns of a CSV or Parquet file, separated by commas', (text) =>
      text.split(','),
    )
    .option('--label <name>', 'column of labels, or a file with one label an image');
}
