#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { UserError } from '../data/errors.js';
import { isError } from '../data/realm.js';
import { version } from '../version.js';
import { encodeCommand } from './encode.js';
import { evaluateCommand } from './evaluate.js';
import { infoCommand } from './info.js';
import { initCommand } from './init.js';
import { reconstructCommand } from './reconstruct.js';
import { sampleCommand } from './sample.js';
import { studioCommand } from './studio.js';
import { trainCommand } from './train.js';

/** The exit code of errors that the user can mend. */
const userErrorCode = 2;

/** `vaekit: unknown option '--epoch' (Did you mean --epochs?)` from commander's lines. */
function oneLine(text: string): string {
  return `vaekit: ${text
    .replace(/^error: /, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ')}\n`;
}

// A reader such as `head` that has seen enough is no reason to end a training.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

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

for (const add of [
  trainCommand,
  reconstructCommand,
  sampleCommand,
  encodeCommand,
  evaluateCommand,
  infoCommand,
  initCommand,
  studioCommand,
]) {
  add(program);
}

try {
  await program.parseAsync(process.argv.length > 2 ? process.argv : [...process.argv, '--help']);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : userErrorCode;
  } else {
    const message = isError(error) ? error.message : String(error);
    const bug = error instanceof UserError ? '' : ' (this should not happen: please report it)';
    // Names from files must not write lines of their own, nor move the terminal's cursor.
    const line = message.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
    process.stderr.write(`vaekit: ${line}${bug}\n`);
    if (process.env.VAEKIT_DEBUG && isError(error)) process.stderr.write(`${error.stack}\n`);
    process.exitCode = error instanceof UserError ? userErrorCode : 1;
  }
}
