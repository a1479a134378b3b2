import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
if (!existsSync(join(root, 'dist/index.js'))) {
  throw new Error('These tests run what is built: npm run build first.');
}

/** All numbers after the first match of a pattern, on its line. */
function numbers(text: string, after: RegExp): number[] {
  const [, rest] = new RegExp(`${after.source}(.*)`).exec(text) ?? [];
  expect(rest, `${after} in:\n${text}`).toBeDefined();
  return [...rest!.matchAll(/-?\d+(\.\d+)?/g)].map(([number]) => Number(number));
}

interface Check {
  /** Settings with which the example takes seconds. */
  readonly env: Readonly<Record<string, string>>;
  /** Files that it writes under `runs/examples`. */
  readonly files?: readonly string[];
  /** Checks that its printed lines make sense. */
  readonly verify: (stdout: string) => void;
}

const checks: Readonly<Record<string, Check>> = {
  'first-vae': {
    env: { EPOCHS: '2', IMAGES: '10000' },
    files: ['first-vae-reconstructions.png', 'first-vae-samples.png', 'first-vae-latent.png'],
    verify(stdout) {
      const [first] = numbers(stdout, /first epoch: val_loss/);
      const [last] = numbers(stdout, /last epoch: val_loss/);
      const [reconstruction, kl, loss] = numbers(stdout, /test:/);
      expect(last).toBeLessThan(first!);
      expect(last).toBeLessThan(300);
      expect(loss).toBeCloseTo(last!, 1);
      expect(Math.abs(reconstruction! + kl! - loss!)).toBeLessThan(0.16);
      expect(stdout).toContain('Parameters: 3,934');
    },
  },
  'synthetic-table': {
    env: { EPOCHS: '60' },
    files: ['synthetic-table.png', 'penguins.json'],
    verify(stdout) {
      const [first, last] = numbers(stdout, /val_loss/);
      expect(last).toBeLessThan(first! - 1.5);
      expect(stdout).toContain('Body Mass (g): continuous, 0.6 % missing');
      expect(numbers(stdout, /quality/)[0]).toBeGreaterThan(0.8);
      expect(numbers(stdout, /a heavy Gentoo of/)[0]).toBeGreaterThanOrEqual(5500);
      const [mass] = numbers(stdout, /a male Adelie weighs/);
      // Male Adelie penguins of the table weigh 4043 g in the mean.
      expect(Math.abs(mass! - 4043)).toBeLessThan(400);
    },
  },
  'own-images': {
    env: { EPOCHS: '3', IMAGES: '300' },
    files: ['own-images.png', 'shapes/ring/99.png'],
    verify(stdout) {
      expect(numbers(stdout, /first epoch: val_loss/)[0]).toBeGreaterThan(
        numbers(stdout, /last epoch: val_loss/)[0]!,
      );
      expect(stdout).toContain('300 pictures of shape [3, 32, 32]');
      expect(stdout).toContain('classes: disc, ring, square');
    },
  },
  'own-layer': {
    env: { EPOCHS: '1', IMAGES: '10000' },
    files: ['own-layer/encoder.onnx', 'own-layer/parameters.safetensors'],
    verify(stdout) {
      const [derivative, difference] = numbers(stdout, /derivative:/);
      expect(Math.abs(derivative!)).toBeGreaterThan(1);
      expect(Math.abs(derivative! - difference!)).toBeLessThan(0.1 + 0.02 * Math.abs(derivative!));
      const [low, high] = numbers(stdout, /β:/);
      expect(low).toBeLessThan(high!);
      expect(numbers(stdout, /loss after loading:/)).toEqual(numbers(stdout, /test loss:/));
    },
  },
  conditional: {
    env: { EPOCHS: '3', IMAGES: '10000' },
    files: ['conditional.png'],
    verify(stdout) {
      expect(numbers(stdout, /test loss:/)[0]).toBeLessThan(200);
      // One in ten would be chance.
      expect(numbers(stdout, /as asked for:/)[0]).toBeGreaterThan(40);
    },
  },
  'judging-a-model': {
    env: { EPOCHS: '1', IMAGES: '1000', COUNT: '40' },
    verify(stdout) {
      const [elbo] = numbers(stdout, /^elbo/);
      const [better] = numbers(stdout, /logLikelihood/);
      expect(better).toBeGreaterThan(elbo!);
      expect(numbers(stdout, /frechet\/encoder:/)).toHaveLength(2);
    },
  },
  disentanglement: {
    env: { EPOCHS: '1', POSITIONS: '2', VOTES: '20' },
    verify(stdout) {
      const rows = stdout.trim().split('\n').slice(1);
      expect(rows).toHaveLength(3);
      for (const row of rows) {
        const scores = numbers(row, /^(?:β = \d|FactorVAE)/);
        for (const score of scores.slice(-6)) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
        }
      }
    },
  },
  'choosing-beta': {
    env: { EPOCHS: '1', IMAGES: '2000' },
    verify(stdout) {
      const rows = stdout
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => numbers(line, /^/));
      expect(rows.map(([beta]) => beta)).toEqual([0.25, 0.5, 1, 2, 4, 8]);
      for (const [i, row] of rows.entries()) {
        const [, reconstruction, kl, elbo, used, latents] = row;
        expect(Math.abs(reconstruction! + kl! - elbo!)).toBeLessThan(0.16);
        expect(used).toBeLessThanOrEqual(latents!);
        if (i > 0) expect(kl).toBeLessThan(rows[i - 1]![2]!);
      }
      expect(rows.at(0)![1]).toBeLessThan(rows.at(-1)![1]!);
    },
  },
  'choosing-a-sampler': {
    env: { EPOCHS: '1', IMAGES: '500' },
    verify(stdout) {
      const rows = stdout
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/));
      const fitted = ['gaussian', 'gaussianMixture', 'twoStage', 'maf', 'iaf'];
      expect(rows.map(([model, sampler]) => `${model} ${sampler}`)).toEqual([
        ...['standardNormal', ...fitted].map((name) => `vae ${name}`),
        ...fitted.map((name) => `rae ${name}`),
      ]);
      for (const [, , frechet, , coverage] of rows) {
        expect(Number(frechet)).toBeGreaterThan(0);
        expect(Number(coverage)).toBeLessThanOrEqual(1);
      }
    },
  },
  'vq-vae': {
    env: { EPOCHS: '2', IMAGES: '3000' },
    files: ['vq-vae.png', 'vq-vae-samples.png'],
    verify(stdout) {
      expect(numbers(stdout, /test reconstruction:/)[0]).toBeLessThan(400);
      const [perplexity] = numbers(stdout, /perplexity:/);
      expect(perplexity).toBeGreaterThan(1);
      expect(perplexity).toBeLessThanOrEqual(64);
      const codes = stdout
        .trim()
        .split('\n')
        .slice(-8, -1)
        .flatMap((line) => numbers(line, /^/));
      expect(codes.length).toBe(49);
      expect(codes.every((code) => code >= 0 && code < 64)).toBe(true);
      expect(new Set(codes).size).toBeGreaterThan(1);
      const [nats, alone] = numbers(stdout, /held-out codes take/);
      expect(nats).toBeLessThan(alone!);
    },
  },
  'hierarchical-vae': {
    env: { EPOCHS: '1', IMAGES: '2000', JUDGED: '20' },
    files: ['hierarchical-vae.png'],
    verify(stdout) {
      const [oneLevel, groups] = [/one level/, /8 \+ 8 \+ 8/].map((row) => numbers(stdout, row));
      for (const row of [oneLevel!, groups!]) {
        const [reconstruction, kl, nats] = row;
        expect(reconstruction).toBeLessThan(300);
        expect(nats).toBeLessThan(reconstruction! + kl! + 20);
      }
      const [, kl, , ...each] = groups!;
      expect(each.length).toBe(3);
      expect(Math.abs(each.reduce((sum, nats) => sum + nats, 0) - kl!)).toBeLessThan(0.3);
    },
  },
  'anomaly-detection': {
    env: { EPOCHS: '2', IMAGES: '4000', DIGITS: '06' },
    verify(stdout) {
      for (const digit of [0, 6]) {
        const [auroc] = numbers(stdout, new RegExp(`${digit} held out: AUROC`));
        expect(auroc).toBeGreaterThan(0.6);
        expect(auroc).toBeLessThanOrEqual(1);
      }
    },
  },
  sequences: {
    env: { EPOCHS: '3', BEATS: '600' },
    files: ['sequences-reconstructions.png', 'sequences-samples.png'],
    verify(stdout) {
      const [first] = numbers(stdout, /first epoch: val_loss/);
      const [last] = numbers(stdout, /last epoch: val_loss/);
      expect(last).toBeLessThan(first!);
      expect(last).toBeLessThan(-100);
      // Chance would be 0.5.
      expect(numbers(stdout, /strange beats: AUROC/)[0]).toBeGreaterThan(0.7);
    },
  },
  'latents-as-features': {
    env: { EPOCHS: '4', IMAGES: '3000' },
    verify(stdout) {
      const rows = stdout
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => numbers(line, /^/));
      expect(rows.map(([count]) => count)).toEqual([50, 500]);
      for (const [, pixels, latents] of rows) {
        expect(pixels).toBeGreaterThan(50);
        expect(latents).toBeGreaterThan(30);
      }
      expect(rows.at(-1)![2]).toBeGreaterThan(rows.at(0)![2]!);
    },
  },
  'export-onnx': {
    env: { EPOCHS: '1', IMAGES: '2000' },
    files: ['export-onnx/encoder.onnx', 'export-onnx/decoder.onnx'],
    verify(stdout) {
      expect(stdout).toContain('encoder: image → mean,log_variance\ndecoder: z → image\n');
      expect(stdout).toContain('largest difference under 0.0001: true');
    },
  },
};

const names = (await readdir(join(root, 'examples')))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaekit-examples-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** The lines of a text with a mark for each number, however many alike there are. */
function form(text: string): string[] {
  const marked = text
    .trim()
    .split('\n')
    .map((line) =>
      line
        .replaceAll(/-?\d[\d.,]*/g, '#')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    );
  return [...new Set(marked)].sort();
}

/** The code blocks of a guide in a language. */
async function blocks(name: string, language: string): Promise<string[]> {
  const text = await readFile(join(root, 'docs', 'guides', `${name}.md`), 'utf8');
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(
    ([, code]) => code!,
  );
}

test.each(names)(
  '%s runs, and prints the lines of its guide',
  async (name) => {
    const check = checks[name];
    expect(check, `a check of ${name}`).toBeDefined();
    const { env, files = [], verify } = check!;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(root, 'examples', 'run.mjs'), name],
      { cwd: folder, env: { ...process.env, ...env } },
    );
    verify(stdout);
    for (const file of files) {
      expect((await stat(join(folder, 'runs', 'examples', file))).size).toBeGreaterThan(100);
    }
    const [shown] = await blocks(name, 'text');
    expect(form(stdout)).toEqual(form(shown!));
  },
  180_000,
);

test.each(names)('the guide of %s holds its code, and the index links it', async (name) => {
  const code = await readFile(join(root, 'examples', `${name}.ts`), 'utf8');
  expect((await blocks(name, 'ts'))[0]).toBe(code);
  const index = await readFile(join(root, 'docs', 'README.md'), 'utf8');
  expect(index).toContain(`(guides/${name}.md)`);
});

test('every guide with code has an example', async () => {
  const files = await readdir(join(root, 'docs', 'guides'));
  const guides = files.map((file) => file.replace(/\.md$/, ''));
  const code = await Promise.all(guides.map((name) => blocks(name, 'ts')));
  expect(guides.filter((_, i) => code[i]!.length > 0).sort()).toEqual([...names].sort());
});

test('an unknown example is told in one line', async () => {
  const run = promisify(execFile)(process.execPath, [
    join(root, 'examples', 'run.mjs'),
    'nonesuch',
  ]);
  await expect(run).rejects.toMatchObject({
    code: 2,
    stderr: `No example 'nonesuch'. Give one of: ${names.join(', ')}.\n`,
  });
});
