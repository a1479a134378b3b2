#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { isError } from '../base/realm.js';
import { version } from '../base/version.js';
import * as commands from './commands/all.js';
import { lineOf, userErrorCode } from './fault.js';
import { surviveLostOutput } from './output.js';

/** `vaekit: unknown option '--epoch' (Did you mean --epochs?)` from commander's lines. */
function oneLine(text: string): string {
  return `vaekit: ${text
    .replace(/^error: /, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ')}\n`;
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
    const { line, code } = lineOf(error);
    process.stderr.write(`vaekit: ${line}\n`);
    if (process.env.VAEKIT_DEBUG && isError(error)) process.stderr.write(`${error.stack}\n`);
    process.exitCode = code;
  }
}
