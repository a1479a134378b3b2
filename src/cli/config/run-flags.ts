import { type Command, InvalidArgumentError, Option } from 'commander';
import { either } from '../../base/excerpt.js';
import type { DescribedOption, Flag } from '../../base/settings/option.js';
import type { ColumnOptions, ReadOptions } from '../../data/read-options.js';
import { settingsByPath } from '../../vae/config/by-path.js';
import { describedOptions } from '../../vae/config/described.js';
import { named, number, pairs, wholeNumber } from '../options.js';

/** An option of a run that has a flag. */
type Flagged = DescribedOption & { readonly flag: Flag };

const flagged = describedOptions.filter((each): each is Flagged => each.flag !== undefined);

const describedAt = (path: string) => describedOptions.find((each) => each.path === path);

/** The data of a run that names none. */
export const usualData = String(describedAt('training.data')?.default);

/** The presets that there are. */
export const presetNames = describedAt('preset')?.kinds ?? [];

/** Options as commander gives them, by the names of their flags: `batchSize`. */
export type FlagValues = Readonly<Record<string, unknown>>;

/** `64` or `64x48`, height first. */
function size(text: string): number | [number, number] {
  const [, height, width] = /^([1-9]\d*)(?:x([1-9]\d*))?$/i.exec(text.trim()) ?? [];
  if (height === undefined) {
    throw new InvalidArgumentError('It must be a number of pixels, or height x width as 64x48.');
  }
  return width === undefined ? Number(height) : [Number(height), Number(width)];
}

/** `28x28` or `3x32x32`: lengths of axes. */
function shape(text: string): number[] {
  if (!/^[1-9]\d{0,8}(x[1-9]\d{0,8}){0,2}$/i.test(text.trim())) {
    throw new InvalidArgumentError('Write lengths with x between them, as 28x28 or 3x32x32.');
  }
  return text.trim().toLowerCase().split('x').map(Number);
}

/** The kind of a column as text: `count`, `date:DD/MM/YYYY` with its format, `ordinal:low|mid|high` with its words. */
function holds(text: string): string | ColumnOptions {
  const [, kind, more] = /^(\w+):(.+)$/.exec(text) ?? [];
  if (kind === undefined) return text;
  const known = kind as ColumnOptions['kind'];
  return kind === 'date'
    ? { kind: known, format: more }
    : { kind: known, categories: more!.split('|') };
}

/** `age,height`: columns to read; or `age=count,zip=categorical`: columns and their kinds. */
function columns(text: string): string[] | Readonly<Record<string, string | ColumnOptions>> {
  const parts = text.split(',');
  const pairs = parts.map((part) => /^(.*)=([^=]*)$/.exec(part));
  if (pairs.every((pair) => pair === null)) return parts;
  return Object.fromEntries(
    pairs.map((pair) => {
      if (!pair) {
        throw new InvalidArgumentError('Write names (age,height), or what each holds (age=count).');
      }
      return [pair[1]!, holds(pair[2]!)];
    }),
  );
}

/** `500steps`, `60s`, `2epochs`, or several: how often a checkpoint is taken. */
function interval(text: string): Readonly<Record<string, number>> {
  const units: Readonly<Record<string, string>> = { s: 'seconds', step: 'steps', epoch: 'epochs' };
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?(s|step|epoch)s?$/.exec(part.trim()) ?? [];
      if (units[unit] === undefined || !(Number(number) > 0)) {
        throw new InvalidArgumentError('Write 500steps, 60s or 2epochs.');
      }
      return [units[unit], Number(number)];
    }),
  );
}

/** One of a few values, words or numbers. */
function choice(choices: readonly (string | number)[]) {
  return (text: string): string | number => {
    const value = choices.find((each) => String(each) === text);
    if (value !== undefined) return value;
    throw new InvalidArgumentError(`It must be ${choices.join(' or ')}.`);
  };
}

/** The parser of a flag's text; undefined where the text is the value. */
function parserOf({ flag, kind }: Flagged): ((text: string) => unknown) | undefined {
  const { reads, example = '', first } = flag;
  switch (reads ?? kind.type) {
    case 'whole':
    case 'number': {
      const { least = -Infinity, most } = kind as { least?: number; most?: number };
      return kind.type === 'whole' ? wholeNumber(least, most) : number(least, most);
    }
    case 'columns':
      return columns;
    case 'interval':
      return interval;
    case 'list':
      return (text) => text.split(',');
    case 'named':
      return named(example);
    case 'pairs':
      return pairs(example, first);
    case 'shape':
      return shape;
    case 'size':
      return size;
    default:
      return undefined;
  }
}

/** A flag's line of help: its own or the first sentence that describes it, with its default. */
function helpOf({ flag, description, kinds, usually, default: standard }: Flagged): string {
  const [sentence = ''] = description.split(/\. |\.$/);
  const words = flag.help ?? `${sentence[0]?.toLowerCase()}${sentence.slice(1)}`;
  const options = flag.example ? `; with options as ${flag.example}` : '';
  const help = kinds ? `${words}: ${either(kinds)}${options}` : words;
  const value = usually ?? (typeof standard === 'object' ? undefined : standard);
  return value === undefined || help.includes('(default') ? help : `${help} (default: ${value})`;
}

function optionOf(flagged: Flagged): Option {
  const { flag, kind } = flagged;
  const option = new Option(flag.flag, helpOf(flagged));
  const parse = parserOf(flagged);
  if (parse) option.argParser(parse);
  if (kind.type === 'choice' && !flag.reads) {
    option.choices(kind.choices.map(String));
    if (typeof kind.choices[0] === 'number') option.argParser(choice(kind.choices));
  }
  return option;
}

/** The heading of help that a flag stands under. */
function groupOf({ path, advanced }: Flagged): string {
  if (/^training\.(data|read)\b/.test(path)) return 'Data:';
  if (!path.startsWith('training.')) return 'Model:';
  return advanced ? 'Running:' : 'Training:';
}

/** Flags that stand for one value of an option. */
function otherFlags({ flag: { flag, also = {} } }: Flagged): Option[] {
  const { long } = new Option(flag);
  return Object.entries(also).map(([name, value]) =>
    new Option(name, `the same as ${long} ${value}`).implies({
      [new Option(flag).attributeName()]: value,
    }),
  );
}

function addFlags(command: Command, options: readonly Flagged[]): Command {
  for (const each of options) {
    for (const option of [optionOf(each), ...otherFlags(each)]) {
      command.addOption(option.helpGroup(groupOf(each)));
    }
  }
  return command;
}

/** Adds a flag for every option of a run that has one. */
export const withRunFlags = (command: Command): Command => addFlags(command, flagged);

/** Adds the flags that say how data is read. */
export function withReadFlags(command: Command): Command {
  const isReading = ({ path }: Flagged) => path.startsWith('training.read.');
  return addFlags(command, flagged.filter(isReading));
}

/** Options for reading data, by the flags given. */
export const readingGiven = (values: FlagValues): ReadOptions =>
  (settingsGiven(values).training?.read ?? {}) as ReadOptions;

/** The value of a flag; undefined where it is not given. */
function valueGiven({ flag }: Flagged, values: FlagValues): unknown {
  const value = values[new Option(flag.flag).attributeName()];
  return value === true && flag.alone !== undefined ? flag.alone : value;
}

/** The settings of a run on the command line, as a config has them. */
export function settingsGiven(values: FlagValues): ReturnType<typeof settingsByPath> {
  return settingsByPath(flagged.map((each) => [each.path, valueGiven(each, values)]));
}

/** The first flag given that a resumed run cannot have: `--seed`. */
export function fixedFlag(values: FlagValues): string | undefined {
  const fixed = flagged.find((each) => !each.resumable && valueGiven(each, values) !== undefined);
  return fixed && new Option(fixed.flag.flag).long;
}
