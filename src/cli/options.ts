import { type Command, InvalidArgumentError, Option } from 'commander';
import { isHubAddress, localName } from '../runs/hub/address.js';

/** `a whole number from 1`, or `a whole number from 1 to 9`. */
const within = (kind: string, least: number, most: number) =>
  `${kind} from ${least}${most === Infinity ? '' : ` to ${most}`}`;

/** A parser of whole numbers from `least` to `most`, for commander. */
export function wholeNumber(least: number, most = Infinity) {
  return (text: string): number => {
    const value = Number(text);
    const fits = Number.isSafeInteger(value) && value >= least && value <= most;
    if (text.trim() !== '' && fits) return value;
    throw new InvalidArgumentError(`It must be ${within('a whole number', least, most)}.`);
  };
}

/** A parser of numbers from `least` to `most`, for commander. */
export function number(least: number, most = Infinity) {
  return (text: string): number => {
    const value = Number(text);
    const fits = Number.isFinite(value) && value >= least && value <= most;
    if (text.trim() !== '' && fits) return value;
    throw new InvalidArgumentError(`It must be ${within('a number', least, most)}.`);
  };
}

type Config = Readonly<Record<string, unknown>>;

/** `12` as a number, `12x34` as two, `true` and `false` as truth values, other text as it is. */
function parseValue(text: string): unknown {
  const pair = /^(\d+)x(\d+)$/i.exec(text);
  if (pair) return [Number(pair[1]), Number(pair[2])];
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** A parser of `name=value,name=value`. @param first the name of a first value that has none */
export function pairs(example: string, first?: string) {
  return (text: string): Config =>
    Object.fromEntries(
      text.split(',').map((part, i) => {
        const [, name, value] = /^([A-Za-z]+)=(.+)$/.exec(part) ?? [];
        if (name !== undefined) return [name, parseValue(value!)];
        if (i === 0 && first !== undefined && part !== '') return [first, parseValue(part)];
        throw new InvalidArgumentError(`'${part}' is not name=value. Write ${example}.`);
      }),
    );
}

/**
 * A parser of a kind by its name, with its options where there are some: `step:every=10,factor=0.5`
 * as `{ type: 'step', every: 10, factor: 0.5 }`.
 */
export function named(example: string) {
  return (text: string): Config => {
    const [, type, rest] = /^([^:]+)(?::(.*))?$/.exec(text) ?? [];
    if (type === undefined) throw new InvalidArgumentError(`Write a name, or ${example}.`);
    return { type, ...(rest === undefined ? {} : pairs(example)(rest)) };
  };
}

/** Endings of files that pictures are written to. */
const pictureEndings = ['png', 'jpg', 'jpeg', 'webp', 'avif'];

/** The format that a file's ending names, `jpg` for both of its endings; undefined where it names none. */
export function pictureEnding(path: string): string | undefined {
  const ending = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return pictureEndings.includes(ending) ? ending.replace('jpeg', 'jpg') : undefined;
}

/** A parser of a picture's path, whose ending says the format. */
export function picturePath(text: string): string {
  if (pictureEnding(text) !== undefined) return text;
  throw new InvalidArgumentError(`It must end in .${pictureEndings.join(', .')}.`);
}

/** True where a path ends in .npy, as arrays do. */
export function isArrayPath(path: string): boolean {
  return /\.npy$/i.test(path);
}

/** Endings of files that rows of a table are written to, beside .npy. */
const rowEndings = ['csv', 'tsv', 'json', 'jsonl', 'parquet'];

/** A parser of the path of a picture, an array or rows, whose ending says the format. */
export function outputPath(text: string): string {
  const isRows = rowEndings.some((ending) => text.toLowerCase().endsWith(`.${ending}`));
  if (isRows || isArrayPath(text) || pictureEnding(text) !== undefined) return text;
  throw new InvalidArgumentError(
    `It must end in .${pictureEndings.join(', .')} or .npy; for a table in .${rowEndings.join(', .')} or .npy.`,
  );
}

/** Help text with examples, each a comment over its command. */
export function examples(
  ...lines: readonly (readonly [comment: string, command: string])[]
): string {
  const text = lines
    .map(([comment, command]) => `  # ${comment}\n  $ vaekit ${command}`)
    .join('\n');
  return `\nExamples:\n${text}`;
}

/** Adds the option that names the code of a run. */
export function withCode(command: Command): Command {
  return command.option(
    '--config <file>',
    "file that defines the run's own layers, which is run (default: vae.config.ts, .js or .mjs of this folder, where the run has such layers)",
  );
}

/** Adds the options that name the data a run is shown, and its code. */
export function withData(command: Command): Command {
  return withCode(command)
    .option('--data <data>', 'data to use (default: what the run was trained on)')
    .addOption(
      new Option(
        '--split <part>',
        'part of the data (default: the part that was kept from training)',
      ).choices(['test', 'validation', 'train']),
    );
}

/** The place of a file drawn from a run: in its folder, beside its zip archive or, for the Hub, here. */
export function besideRun(run: string, name: string): string {
  if (isHubAddress(run)) return `${localName(run)}-${name}`;
  return /\.zip$/i.test(run) ? `${run.slice(0, -4)}-${name}` : `${run}/${name}`;
}

/** The argument of commands that load a run. */
export const runArgument = ['<run>', 'run folder, a zip of one, or hf://owner/name'] as const;
