import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';

/**
 * Finds a Python that has all of `modules`: the first of the interpreters that `VAEKIT_PYTHON` names
 * (one or more, separated as in PATH), or `python3`.
 * @param {string[]} modules
 * @returns {{ python: string } | { reason: string }} the interpreter, or in one line why there is none
 */
export function findPython(modules) {
  const interpreters = (process.env.VAEKIT_PYTHON || 'python3').split(delimiter);
  const check = `import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, sys.argv[1:])))`;
  const python = interpreters.find(
    (interpreter) => spawnSync(interpreter, ['-c', check, ...modules]).status === 0,
  );
  if (python) return { python };
  return {
    reason: `no Python with ${modules.join(', ')} (looked at ${interpreters.join(', ')}; VAEKIT_PYTHON names others)`,
  };
}
