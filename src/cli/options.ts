import { type Command, InvalidArgumentError, Option } from 'commander';

/** A parser of whole numbers from `least`, for commander. */
export function wholeNumber(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`It must be a whole number from ${least}.`);
    }
    return value;
  };
}

/** A parser of numbers from `least`, for commander. */
export function number(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < least) {
      throw new InvalidArgumentError(`It must be a number from ${least}.`);
    }
    return value;
  };
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

/** Adds the options that name the data a run is shown. */
export function withData(command: Command): Command {
  return command
    .option('--data <data>', 'data to use (default: what the run was trained on)')
    .addOption(
      new Option('--split <part>', 'part of the data').choices(['test', 'train']).default('test'),
    );
}
