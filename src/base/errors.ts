/**
 * An error that a user can cause and mend: its message is one line that says what is wrong, where
 * (file, key or shape) and what to do. The command line prints the message alone.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** Why a file is damaged, in vaekit's words: a part of the line that names the file. */
export class Fault extends Error {}

/** Something would have more numbers than any memory is meant to hold. */
export class TooLargeError extends UserError {}
