import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';

/** Interpreters that were found, by modules. @type {Map<string, string>} */
const known = new Map();

/**
 * Finds a Python that has all of `modules`: the first of the interpreters that `VAEKIT_PYTHON` names
 * (one or more, separated as in PATH), or `python3`.
 * @param {string[]} modules
 * @returns {{ python: string } | { reason: string }} the interpreter, or in one line why there is none
 */
export function findPython(modules) {
  const names = modules.join(', ');
  const interpreters = (process.env.VAEKIT_PYTHON || 'python3').split(delimiter);
  const check = `import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, sys.argv[1:])))`;
  const python =
    known.get(names) ??
    interpreters.find((each) => spawnSync(each, ['-c', check, ...modules]).status === 0);
  if (python) {
    known.set(names, python);
    return { python };
  }
  return {
    reason: `no Python with ${names} (looked at ${interpreters.join(', ')}; VAEKIT_PYTHON names others)`,
  };
}
