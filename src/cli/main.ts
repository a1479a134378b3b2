#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { UserError } from '../base/errors.js';
import { explanationOf } from '../base/file-errors.js';
import { isError } from '../base/realm.js';
import { version } from '../base/version.js';
import * as commands from './commands/all.js';
import { surviveLostOutput } from './output.js';

/** The exit code of errors that the user can mend. */
const userErrorCode = 2;

/** `vaekit: unknown option '--epoch' (Did you mean --epochs?)` from commander's lines. */
function oneLine(text: string): string {
  return `vaekit: ${text
    .replace(/^error: /, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ')}\n`;
}

/** The meaning of an error of the system or of its memory; undefined for others. */
function systemWords(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const explanation = explanationOf(error);
  if (explanation !== undefined) {
    return 'path' in error ? `${String(error.path)}: ${explanation}` : explanation;
  }
  const isMemory = /bad_alloc|allocat|Invalid (typed )?array (buffer )?length|out of memory/i;
  return isMemory.test(error.message)
    ? 'There is not enough memory for this. Use a smaller --batch-size, smaller images (--resize), fewer units, or a smaller --count.'
    : undefined;
}

surviveLostOutput(userErrorCode);

const program = new Command('vaekit')
  .description('Train, judge, explore and ship variational autoencoders.')
  .version(version)
  .configureHelp({ showGlobalOptions: true })
  .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
  .exitOverride()
  .hook('preAction', async () => {
    const { flushDenormals } = await import('../runtime/session.js');
    flushDenormals();
  });

// Training comes first in help; the others follow by name.
for (const add of new Set([commands.trainCommand, ...Object.values(commands)])) add(program);

try {
  await program.parseAsync(process.argv.length > 2 ? process.argv : [...process.argv, '--help']);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : userErrorCode;
  } else {
    const known = error instanceof UserError ? error.message : systemWords(error);
    const message = known ?? (isError(error) ? error.message : String(error));
    const bug = known === undefined ? ' (this should not happen: please report it)' : '';
    // Names from files must not write lines of their own, nor move the terminal's cursor.
    const line = message.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
    process.stderr.write(`vaekit: ${line}${bug}\n`);
    if (process.env.VAEKIT_DEBUG && isError(error)) process.stderr.write(`${error.stack}\n`);
    process.exitCode = known === undefined ? 1 : userErrorCode;
  }
}
