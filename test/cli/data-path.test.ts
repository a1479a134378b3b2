import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { idxFile } from '../data/codecs/idx-file.js';
import { emptyFolder, quarters, vaekit, writeQuarters } from './process.js';

/** A folder `work` with data and a run that was trained beside it, in an empty folder. */
async function trained(): Promise<string> {
  const root = await emptyFolder();
  const work = join(root, 'work');
  await mkdir(work);
  await writeQuarters(work);
  const options = ['--epochs', '1', '--out', 'runs/a'];
  expect((await vaekit(work, 'train', '--data', 'quarters', ...options)).code).toBe(0);
  return root;
}

const trainingOf = async (...run: string[]) => {
  const text = await readFile(join(...run, 'config.json'), 'utf8');
  return JSON.parse(text).training as Record<string, unknown>;
};

const loss = ({ stdout }: { stdout: string }) => /loss ([\d.]+)/.exec(stdout)?.[1];

test('a run finds its data from any folder, and after both were moved', async () => {
  const root = await trained();
  expect(await trainingOf(root, 'work/runs/a')).toMatchObject({
    data: 'quarters',
    dataFrom: '../..',
  });
  const here = loss(await vaekit(join(root, 'work'), 'evaluate', 'runs/a'));
  expect(here).toBeDefined();
  expect(loss(await vaekit(root, 'evaluate', 'work/runs/a'))).toBe(here);
  expect(loss(await vaekit('/', 'evaluate', join(root, 'work/runs/a')))).toBe(here);
  await rename(join(root, 'work'), join(root, 'moved'));
  expect(loss(await vaekit(root, 'evaluate', 'moved/runs/a'))).toBe(here);
  const resumed = await vaekit(root, 'train', '--resume', 'moved/runs/a', '--epochs', '2');
  expect(resumed.code).toBe(0);
  // The same path again: it does not depend on the folder of the resumed training.
  expect(await trainingOf(root, 'moved/runs/a')).toMatchObject({
    data: 'quarters',
    dataFrom: '../..',
  });
  const config = join(root, 'moved/runs/a/config.json');
  const other = await vaekit(root, 'train', '--config', config, '--out', 'b', '--epochs', '0');
  expect(other.code).toBe(0);
  expect(await trainingOf(root, 'b')).toMatchObject({ data: 'moved/quarters', dataFrom: '..' });
});

test('data that is no longer there is told, and can be said', async () => {
  const root = await trained();
  await rename(join(root, 'work/quarters'), join(root, 'gone'));
  const run = join(root, 'work/runs/a');
  for (const args of [
    ['evaluate', run],
    ['train', '--resume', run, '--epochs', '2'],
  ]) {
    const { code, stderr } = await vaekit(root, ...args);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `vaekit: ${run}: the data it was trained on is not at "${join(root, 'work/quarters')}". Put it there, or say by --data where it is.\n`,
    );
  }
  expect((await vaekit(root, 'evaluate', run, '--data', 'gone')).code).toBe(0);
  const resume = ['train', '--resume', run, '--epochs', '2', '--data'];
  expect((await vaekit(root, ...resume, 'gone')).code).toBe(0);
  expect(await trainingOf(run)).toMatchObject({ data: 'gone', dataFrom: '../../..' });
  // Other data is none to go on with.
  const { images } = quarters(400, 5);
  await writeFile(join(root, 'other.idx'), idxFile('uint8', [400, 8, 8], images));
  const { code, stderr } = await vaekit(root, ...resume.with(4, '3'), 'other.idx');
  expect(code).toBe(2);
  expect(stderr).toContain('The checkpoint is of another run: its data.values');
});

test('a file of labels is found with the data', async () => {
  const root = await emptyFolder();
  const work = join(root, 'work');
  await mkdir(work);
  const { images, labels } = quarters(80, 1);
  await writeFile(join(work, 'images.idx'), idxFile('uint8', [80, 8, 8], images));
  await writeFile(join(work, 'labels.idx'), idxFile('uint8', [80], labels));
  const data = ['--data', 'images.idx', '--label', 'labels.idx', '--objective', 'conditional'];
  const run = ['--epochs', '1', '--out', 'run'];
  const { stderr, code } = await vaekit(work, 'train', ...data, ...run);
  expect(stderr).not.toContain('vaekit:');
  expect(code).toBe(0);
  expect((await vaekit(root, 'evaluate', 'work/run')).code).toBe(0);
});

test('a run of an older version is as before: its paths start from the working folder', async () => {
  const root = await trained();
  const file = join(root, 'work/runs/a/config.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  delete config.training.dataFrom;
  await writeFile(file, JSON.stringify(config));
  expect((await vaekit(join(root, 'work'), 'evaluate', 'runs/a')).code).toBe(0);
  expect((await vaekit(root, 'evaluate', 'work/runs/a')).stderr).toContain(
    `is not at "${join(root, 'quarters')}". Put it there, or say by --data where it is.`,
  );
});
