import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Runs a program inside the package, beside the built library.
 * @param program imports from './index.js', or from 'vaekit'
 * @param flags of Node
 * @returns its output
 */
export async function runBeside(
  program: string,
  { flags = [], cwd }: { readonly flags?: readonly string[]; readonly cwd?: string } = {},
): Promise<string> {
  const file = fileURLToPath(new URL(`../dist/${randomUUID()}.mjs`, import.meta.url));
  await writeFile(file, program);
  try {
    const run = await promisify(execFile)(process.execPath, [...flags, file], { cwd });
    return run.stdout;
  } finally {
    await rm(file);
  }
}
