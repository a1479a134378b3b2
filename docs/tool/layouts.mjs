/*
 * Writes the tables of `docs/data.md`: every layout of data that is tested, and how it was read. Run the
 * tests of layouts first, so that they keep how they read: see the end of that file.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Give the folder that LAYOUTS named.');
const page = fileURLToPath(new URL('../data.md', import.meta.url));

const titles = { numbered: 'Arrays', arraySets: 'Arrays that belong together', tables: 'Tables' };

/** Text as a cell of Markdown. */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/\s+/g, ' ');

/** Tells in a few words how a layout was read. */
function outcome(
  { open, refused, shape, size, dtype, kinds, labels, classNames, validation, test },
  place,
) {
  if (refused !== undefined) {
    const told = refused.replaceAll(join(place, 'data', open), open || 'it').replaceAll(place, '');
    return `refused: ${told.length > 160 ? `${told.slice(0, 160)}…` : told}`;
  }
  const parts = [
    kinds
      ? `${size} ${size === 1 ? 'row' : 'rows'}: ${kinds.map((each) => each.replace(': ', ' ')).join(', ')}`
      : `${size} of [${shape.join(', ')}], ${dtype}`,
    ...(validation === null ? [] : [`validation ${validation}`]),
    ...(test === null ? [] : [`test ${test}`]),
    ...(labels === null
      ? []
      : [classNames ? `classes ${classNames.slice(0, 4).join(', ')}` : 'labels']),
  ];
  return parts.join('; ');
}

const kinds = readdirSync(folder, { withFileTypes: true })
  .filter((each) => each.isDirectory() && each.name !== 'cache')
  .map(({ name }) => name);
const tables = kinds.map((kind) => {
  const numbers = readdirSync(join(folder, kind))
    .map(Number)
    .sort((a, b) => a - b);
  const rows = numbers.map((number) => {
    const place = join(folder, kind, String(number));
    const found = JSON.parse(readFileSync(join(place, 'found.json'), 'utf8'));
    return `| ${cell(found.title)} | ${cell(outcome(found, place))} |`;
  });
  const title = titles[kind] ?? `${kind[0].toUpperCase()}${kind.slice(1)}`;
  return `### ${title}\n\n| layout | read as |\n| --- | --- |\n${rows.join('\n')}\n`;
});

const mark = '<!-- layouts -->';
const [before, , after] = readFileSync(page, 'utf8').split(mark);
writeFileSync(page, `${before}${mark}\n\n${tables.join('\n')}\n${mark}${after}`);
