// Runs an example: `npm run example own-layer`. From Node 22.18 on, `node examples/own-layer.ts`
// does the same without this file.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { transform } from 'rolldown/utils';

const here = (path) => new URL(path, import.meta.url);
const names = (await readdir(here('.')))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));
const [name] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`${name ? `No example '${name}'. ` : ''}Give one of: ${names.join(', ')}.`);
  process.exit(2);
}
const { code, errors } = await transform(`${name}.ts`, await readFile(here(`${name}.ts`), 'utf8'));
if (errors.length > 0) throw errors[0];
// The built file lies inside the package, so that 'vaekit' means this build.
const built = here(`build/${name}.js`);
await mkdir(here('build'), { recursive: true });
await writeFile(built, code);
await import(built);
