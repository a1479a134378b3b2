import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runBeside } from './beside.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The code blocks of README.md in a language. */
async function blocks(language: string): Promise<string[]> {
  const text = await readFile(join(root, 'README.md'), 'utf8');
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(
    ([, code]) => code!,
  );
}

test('the example of README.md runs (with one epoch)', async () => {
  const [code] = await blocks('ts');
  expect(code).toContain('epochs: 30');
  const folder = await mkdtemp(join(tmpdir(), 'vaekit-readme-'));
  try {
    const shown = '[images.dims, mean.dims, logVariance.dims, history.epochs.length, again.config]';
    const program = `${code!.replace('epochs: 30', 'epochs: 1')}\nconsole.log(JSON.stringify(${shown}));\n`;
    // The program is inside the package, so that 'vaekit' means the built library.
    expect(JSON.parse(await runBeside(program, { cwd: folder }))).toMatchObject([
      [10_000, 1, 28, 28],
      [10_000, 2],
      [10_000, 2],
      1,
      { latent: 2, kl: { weight: 0.5, reduction: 'mean' } },
    ]);
    expect(await readdir(join(folder, 'runs', 'example'))).toContain('encoder.onnx');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the commands of README.md are in package.json', async () => {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const text = await readFile(join(root, 'README.md'), 'utf8');
  const named = [...text.matchAll(/npm run (\w+)/g)].map(([, name]) => name!);
  expect(named.length).toBeGreaterThan(2);
  for (const name of named) expect(scripts).toHaveProperty(name);
});
