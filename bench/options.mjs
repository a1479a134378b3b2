export const log = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);

/**
 * Ends a benchmark that cannot run as asked.
 * @param {string} message
 * @returns {never}
 */
export function refuse(message) {
  log(message);
  process.exit(2);
}

/**
 * Options of every benchmark, as `parseArgs` takes them.
 * @param {string} rounds how many, by default
 */
export const commonOptions = (rounds) =>
  /** @type {const} */ ({
    rounds: { type: 'string', default: rounds },
    readme: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  });

/**
 * True where no parts of names are asked for, or a name contains one of them.
 * @param {string} name
 * @param {string[] | undefined} parts
 */
export const matches = (name, parts) =>
  !parts || parts.some((part) => name.toLowerCase().includes(part.toLowerCase()));

/**
 * Reads how many rounds are asked for; prints the help instead, and ends, where that is.
 * @param {string} help
 * @param {{ rounds: string, help: boolean }} options
 */
export function roundsAsked(help, options) {
  if (options.help) {
    process.stdout.write(help);
    process.exit();
  }
  const rounds = Number(options.rounds);
  if (!Number.isInteger(rounds) || rounds < 0) {
    refuse(`--rounds ${options.rounds}: give a whole number.`);
  }
  return rounds;
}
