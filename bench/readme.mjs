import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Puts text between a document's marks `<!-- NAME -->` and `<!-- end of NAME -->`.
 * @param {string} path from the repository's root
 * @param {string} name
 * @param {string} text
 * @throws when the document has no such marks
 */
export function fillIn(path, name, text) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const before = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [start, stop] = [before.indexOf(begin), before.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`${path} has no ${begin} with ${end} after it`);
  const after = `${before.slice(0, start + begin.length)}\n${text.trim()}\n${before.slice(stop)}`;
  if (after !== before) writeFileSync(file, after);
}
