/**
 * An error that a user can cause and mend. Its message is one line: the fault, its place (file, key or
 * shape) and the remedy. The command line prints the message alone.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The damage of a file, in vaekit's words: a part of the line that names the file. */
export class Fault extends Error {}

/** Refuses a thing of more numbers than any memory is meant to hold. */
export class TooLargeError extends UserError {}
