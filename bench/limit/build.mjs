import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FLAGS = ['-O3', '-march=native', '-ffast-math', '-std=c11', '-D_POSIX_C_SOURCE=200809L'];

/**
 * Compiles `bench/limit/<name>.c` with the C compiler in `CC`, or `cc`.
 * @param {string} name
 * @returns {{ program: string } | { reason: string }} the program's path, or in one line why there
 *   is none
 */
export function build(name) {
  const compiler = process.env.CC || 'cc';
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  const folder = fileURLToPath(new URL('build/', import.meta.url));
  const program = `${folder}${name}`;
  mkdirSync(folder, { recursive: true });
  const { error, status, stderr } = spawnSync(compiler, [...FLAGS, source, '-o', program, '-lm'], {
    encoding: 'utf8',
  });
  if (error) return { reason: `no C compiler (${compiler}: ${error.message})` };
  if (status !== 0) return { reason: `${compiler} failed: ${firstError(stderr)}` };
  return { program };
}

/** @param {string} text the compiler's output */
function firstError(text) {
  const lines = text.trim().split('\n');
  return lines.find((line) => line.includes('error')) ?? lines[0] ?? '';
}
