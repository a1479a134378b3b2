/*
 * Writes the package's entries: declarations in one file, without any that only its own modules need,
 * the entry for `require`, and the command line in few files. All supported versions of Node can require
 * the ES module itself, but TypeScript refuses that to CommonJS modules under `module: node16` and
 * `node18` (TS1479), by the name of the file of declarations.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const targets = ['index.d.cts', 'index.d.mts'].map((name) => join(dist, name));

const declarations = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.d.ts'))
  .sort()
  .map((name) => readFileSync(join(dist, name), 'utf8'));
const mark = `// ${createHash('sha256').update(declarations.join()).digest('hex')}`;

function isCurrent() {
  try {
    return targets.every((target) => readFileSync(target, 'utf8').startsWith(mark));
  } catch {
    return false;
  }
}

writeFileSync(join(dist, 'index.cjs'), "module.exports = require('./index.js');\n");
if (!isCurrent()) {
  const bundle = await rolldown({
    input: join(dist, 'index.d.ts'),
    external: /^[^./]/,
    plugins: [dts({ dtsInput: true, oxc: true, sourcemap: false, tsconfig: false })],
  });
  const { output } = await bundle.generate({ format: 'es', entryFileNames: 'index.d.ts' });
  // The other is of the bundler, and declares nothing that is used.
  const { code } = output.find(({ fileName }) => fileName === 'index.d.ts');
  const text = `${mark}\n${code.replace(/^\/\/.*\n/gm, '')}`;
  for (const target of targets) writeFileSync(target, text);
}

// Node takes a millisecond to find, open and link a module, and a command needs hundreds of them.
const commandLine = await rolldown({
  input: {
    vaekit: join(dist, 'cli/main.js'),
    'thread-worker': join(dist, 'runtime/thread/thread-worker.node.js'),
  },
  platform: 'node',
  external: (id, _, isResolved) => !isResolved && /^(#vega|#onnx|#hub$|#yaml|[^.#/])/.test(id),
});
await commandLine.write({ dir: join(dist, 'bin'), format: 'es', cleanDir: true });
