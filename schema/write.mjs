// Writes schema/run.schema.json, schema/sweep.schema.json, and the tables of docs/configuration.md, from the checks of what is
// built. With --check nothing is written: it ends with 1 when a file is not current.
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { sweepSchema } from '../dist/sweep/definition.js';
import { configSchema, runOptions } from '../dist/vae/config/run-config.js';
import { optionTables } from './tables.mjs';

const schemaFile = new URL('run.schema.json', import.meta.url);
const sweepFile = new URL('sweep.schema.json', import.meta.url);
const docsFile = new URL('../docs/configuration.md', import.meta.url);

/**
 * zod bounds every whole number by what is exact, and drops the defaults of what it transforms. Faces
 * other than the schema stay out of it.
 */
function simplify({ jsonSchema, zodSchema }) {
  const { usually } = jsonSchema.faces ?? {};
  // A schema that is referred to has its description here in its own metadata alone.
  const { description = z.globalRegistry.get(zodSchema)?.description } = jsonSchema;
  if (usually) jsonSchema.description = `${description ?? ''} When left out: ${usually}.`.trim();
  delete jsonSchema.faces;
  const { type, defaultValue } = zodSchema._zod.def;
  if (type === 'default') jsonSchema.default ??= defaultValue;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.const !== undefined) delete jsonSchema.type;
}

const schema = z.toJSONSchema(configSchema, { io: 'input', override: simplify });
const { $schema, ...rest } = schema;
const whole = {
  $schema,
  title: 'vaekit configuration',
  description: 'A run of vaekit train: vae.config.json, or the config.json of a run folder.',
  ...rest,
  // A model without a preset must be whole.
  anyOf: [
    { required: ['preset'] },
    {
      required: ['model'],
      properties: { model: { required: ['latent', 'encoder', 'decoder'] } },
    },
  ],
};

const { $schema: _, ...swept } = z.toJSONSchema(sweepSchema, { io: 'input', override: simplify });
// The settings that runs share are described where those of a run are.
const [, shared] = swept.properties.config.anyOf;
for (const key of Object.keys(shared.properties)) {
  shared.properties[key] = { $ref: `run.schema.json#/properties/${key}` };
}
const sweep = {
  $schema,
  title: 'vaekit sweep',
  description: 'What vaekit sweep trains: runs with many settings.',
  ...swept,
};

/** Facts for forms and flags, as data that is read without the schema. */
const described = runOptions()
  .filter(({ flag, field }) => flag ?? field)
  .map((each) => `  ${JSON.stringify(each)},\n`);
const listFile = new URL('../src/vae/config/described.ts', import.meta.url);
const list = `// Options of a run that have a flag or a field of the studio's form. npm run schema writes this file.
import type { DescribedOption } from '../../base/settings/option.js';

/** The options of a run that faces show, as plain data: no schema is loaded for them. */
export const describedOptions: readonly DescribedOption[] = [
${described.join('')}];
`;

const marks = /(<!-- options: .*? -->\n)[\s\S]*?(<!-- end of options -->)/;
const page = readFileSync(docsFile, 'utf8');
const current = {
  [schemaFile.pathname]: [schemaFile, `${JSON.stringify(whole, null, 2)}\n`],
  [sweepFile.pathname]: [sweepFile, `${JSON.stringify(sweep, null, 2)}\n`],
  [listFile.pathname]: [listFile, list],
  [docsFile.pathname]: [
    docsFile,
    page.replace(marks, (_, from, to) => `${from}\n${optionTables(whole, runOptions())}\n${to}`),
  ],
};

for (const [name, [file, text]] of Object.entries(current)) {
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write(`${name} is not current. Run npm run schema.\n`);
    process.exitCode = 1;
  }
}
