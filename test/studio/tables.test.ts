import { mkdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import Papa from 'papaparse';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { emptyFolder, vaekit } from '../cli/process.js';
import { button, faultsInBothThemes, field, fill, give, waitFor } from './controls.js';
import { type OpenStudio, openStudio } from './open.js';

type Row = Readonly<Record<string, string | number | null>>;

/** 344 penguins, some without a sex, two without any measure (vega-datasets). */
const penguins = JSON.parse(
  readFileSync('node_modules/vega-datasets/data/penguins.json', 'utf8'),
) as readonly Row[];

const names = Object.keys(penguins[0]!);
const species = ['Adelie', 'Chinstrap', 'Gentoo'];

const csvOf = (rows: readonly Row[]) =>
  `${Papa.unparse([...rows], { columns: names, newline: '\n' })}\n`;

const csvFile = (name: string, rows: readonly Row[]) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(csvOf(rows)),
});

const parsed = (text: string) =>
  Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data;

/** Penguins with every seventh cell erased, and one that is like no other. */
const complete = penguins.filter((row) => names.every((name) => row[name] != null));
const gappy = complete
  .slice(0, 60)
  .map((row, i) =>
    Object.fromEntries(names.map((name, c) => [name, (2 * i + c) % 7 === 3 ? null : row[name]!])),
  );
const strange = { ...complete[0]!, 'Body Mass (g)': 12_000 };
const withStrange = [...complete.slice(0, 40), strange];

/** Takes a picture of the page where `SCREENSHOTS` names a folder. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** A select by its label, which its options are a part of for `getByLabel`. */
const choice = (page: Page, name: string) => page.getByRole('combobox', { name, exact: true });

const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click();

/** The text of a file that a button of the page saves. */
async function downloaded(page: Page, name: string): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, name).click()]);
  return readFileSync(await download.path());
}

/** The texts of a table's cells, row by row. */
const cellsOf = (page: Page, label: string) =>
  page
    .getByRole('region', { name: label })
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')),
    );

describe.skipIf(!chromiumPath)(`tables in the studio${skipReason}`, () => {
  let opened: OpenStudio;
  let page: Page;
  let folder: string;
  let run: string;

  beforeAll(async () => {
    opened = await openStudio();
    page = opened.page;
    folder = await emptyFolder();
    run = join(folder, 'run.zip');
    await writeFile(join(folder, 'strange.csv'), csvOf(withStrange));
  }, 60_000);

  afterAll(() => opened?.close());

  const columns = () => page.getByRole('list', { name: 'Columns of the table' });

  test('tells the columns of a table that is dropped, whose kinds can be changed', async () => {
    await give(page, csvFile('penguins.csv', penguins));
    const told = page.locator('.own-data [role=status]');
    await told.filter({ hasText: /^penguins: 344 rows of 7 columns/ }).waitFor();
    expect(await columns().getByLabel('Species').inputValue()).toBe('categorical');
    expect(await columns().getByLabel('Body Mass (g)').inputValue()).toBe('continuous');
    await page.getByText('Chosen for a table of 7 columns.').waitFor();
    expect(await field(page, 'Network').inputValue()).toBe('tabular');
    await picture(page, '1-card');

    await columns().getByLabel('Body Mass (g)').selectOption('count');
    await expect.poll(() => columns().getByLabel('Body Mass (g)').inputValue()).toBe('count');
    await columns().getByLabel('Island').selectOption('out');
    await told.filter({ hasText: '344 rows of 6 columns' }).waitFor();
    await page.getByText('Chosen for a table of 6 columns.').waitFor();
    // A kind that the cells do not have is refused, and all stays as it was.
    await columns().getByLabel('Species').selectOption('count');
    await page.getByRole('alert').filter({ hasText: 'Species' }).waitFor();
    expect(await columns().getByLabel('Species').inputValue()).toBe('categorical');
    await columns().getByLabel('Island').selectOption('categorical');
    await told.filter({ hasText: '344 rows of 7 columns' }).waitFor();
    // The data is kept once, as it is read now.
    expect(await field(page, 'Data').locator('option').count()).toBe(3);
    expect(await faultsInBothThemes(page)).toEqual([]);
  }, 60_000);

  test('trains on it, and shows real rows against synthetic ones', async () => {
    await fill(page, 'Epochs', 40);
    await button(page, 'Start training').click();
    await waitFor(page, 'done');
    const panels = page.locator('.marginals > li');
    await expect.poll(() => panels.count()).toBe(7);
    const alike = await panels.locator('figcaption .number').allInnerTexts();
    // Untrained, draws are spread over all: few columns would be alike by three quarters.
    expect(alike.filter((text) => Number.parseInt(text, 10) >= 75).length).toBeGreaterThan(3);
    expect(await faultsInBothThemes(page)).toEqual([]);
    await picture(page, '2-trained');
  }, 120_000);

  test('gives a run that the command line draws rows from', async () => {
    await writeFile(run, await downloaded(page, 'Download'));
    const out = join(folder, 'rows.csv');
    const { code, stderr } = await vaekit(folder, 'sample', run, '--count', '9', '--out', out);
    expect([code, stderr]).toEqual([0, '']);
    const rows = parsed(readFileSync(out, 'utf8'));
    expect(rows).toHaveLength(9);
    expect(Object.keys(rows[0]!)).toEqual(names);
    for (const row of rows) expect(species).toContain(row.Species);
  }, 60_000);

  test('colours the map by any column, and tells rows', async () => {
    await page.getByRole('link', { name: 'Explore' }).first().click();
    const legend = page.locator('.legend [aria-pressed]');
    await expect.poll(() => legend.allInnerTexts(), { timeout: 30_000 }).toEqual(species);
    await choice(page, 'Colour by').selectOption('Sex');
    await expect.poll(async () => (await legend.allInnerTexts()).at(-1)).toBe('missing');
    await choice(page, 'Colour by').selectOption('Beak Length (mm)');
    await expect.poll(async () => (await legend.allInnerTexts())[0]).toMatch(/^32\.1 to /);
    const decoded = page.locator('[data-decoded-cell]');
    await expect.poll(() => decoded.count()).toBe(7);
    await expect.poll(() => decoded.first().innerText()).toMatch(/Adelie|Chinstrap|Gentoo/);
    const before = await decoded.allInnerTexts();
    await page.locator('.map').focus();
    for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowLeft');
    await expect.poll(() => decoded.allInnerTexts()).not.toEqual(before);
    const map = (await page.locator('.map').boundingBox())!;
    for (let i = 0; i < 40 && !(await page.locator('.row-hover').isVisible()); i++) {
      await page.mouse.move(map.x + map.width * (0.3 + i * 0.01), map.y + map.height / 2);
    }
    await expect.poll(() => page.locator('.row-hover').innerText()).toMatch(/Species\s+\w+/);
    await picture(page, '3-map');
    expect(await faultsInBothThemes(page)).toEqual([]);
  }, 60_000);

  test('draws rows, and saves them as CSV, JSON and Parquet', async () => {
    await tab(page, 'Samples');
    const label = 'Rows that the model draws';
    await expect.poll(async () => (await cellsOf(page, label)).length).toBe(20);
    const first = await cellsOf(page, label);
    for (const cells of first) {
      expect(species).toContain(cells[0]);
      expect(Number(cells[2])).toBeGreaterThan(0);
    }
    await button(page, 'Draw others').click();
    await expect.poll(() => cellsOf(page, label)).not.toEqual(first);
    await button(page, 'Add a condition').click();
    await choice(page, 'Value of Species').selectOption('Gentoo');
    await button(page, 'Add a condition').click();
    await choice(page, 'Column of condition 2').selectOption('Body Mass (g)');
    await fill(page, 'Body Mass (g) from', 5000);
    await expect
      .poll(async () =>
        (await cellsOf(page, label)).every(
          (cells) => cells[0] === 'Gentoo' && Number(cells[5]) >= 5000,
        ),
      )
      .toBe(true);
    await picture(page, '4-samples');
    await button(page, 'Remove condition 2').click();
    await button(page, 'Remove condition 1').click();
    await fill(page, 'Rows to download', 50);
    const csv = parsed((await downloaded(page, 'Download rows')).toString());
    expect(csv).toHaveLength(50);
    expect(Object.keys(csv[0]!)).toEqual(names);
    await choice(page, 'File format').selectOption('JSON');
    const json = JSON.parse((await downloaded(page, 'Download rows')).toString()) as Row[];
    expect(json.map((row) => row.Species)).toEqual(csv.map((row) => row.Species));
    expect(typeof json[0]!['Body Mass (g)']).toBe('number');
    await choice(page, 'File format').selectOption('Parquet');
    const { buffer, byteOffset, length } = await downloaded(page, 'Download rows');
    const file = buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
    const parquet = await parquetReadObjects({ file });
    expect(parquet.map((row) => row.Species)).toEqual(csv.map((row) => row.Species));
    expect(await faultsInBothThemes(page)).toEqual([]);
  }, 60_000);

  test('measures the quality of drawn rows', async () => {
    await tab(page, 'Network');
    const node = (id: string) => page.locator(`[data-node=${id}]`).innerText();
    await expect.poll(() => node('output')).toMatch(/Species: (Adelie|Chinstrap|Gentoo)/);
    await page.locator('[data-node=output] button').click();
    await page.locator('.diagram-columns').getByText('Body Mass (g)').waitFor();
    await tab(page, 'Quality');
    await choice(page, 'Column to predict').selectOption('Species');
    await button(page, 'Measure quality').click();
    const measure = (name: string) =>
      page.locator('.measures > div').filter({ has: page.getByText(name, { exact: true }) });
    await measure('Overall').waitFor({ timeout: 60_000 });
    const score = Number(await measure('Overall').locator('strong').innerText());
    expect(score).toBeGreaterThan(0.6);
    expect(score).toBeLessThan(1);
    await measure('Species, learnt of real rows').waitFor();
    const report = JSON.parse((await downloaded(page, 'Download report')).toString());
    expect(report.score).toBeCloseTo(score, 3);
    expect(report.rows).toEqual({ real: 310, synthetic: 310, heldOut: 34 });
    await picture(page, '5-quality');
    expect(await faultsInBothThemes(page)).toEqual([]);
  }, 120_000);

  test('marks the gaps of the rows', async () => {
    await tab(page, 'Rows');
    await expect
      .poll(
        async () =>
          (await cellsOf(page, 'Rows of the data, and what the model makes of them')).length,
      )
      .toBe(15);
    // The fourth penguin was never measured.
    const fourth = page.locator('.row-table tbody tr').nth(3);
    expect(await fourth.locator('td.gap').count()).toBe(
      names.filter((name) => penguins[3]![name] == null).length,
    );
    await picture(page, '6-rows');
    expect(await faultsInBothThemes(page)).toEqual([]);
    await button(page, 'Next').click();
    await page.getByText('16 to 30 of 344').waitFor();
  });

  test('ranks the rows of another file as the command score does', async () => {
    await tab(page, 'Anomalies');
    await page.getByText('Half of the 344 rows').waitFor({ timeout: 30_000 });
    await page
      .locator('[role=tabpanel] input[type=file]')
      .setInputFiles(csvFile('strange.csv', withStrange));
    await page.getByText(`Half of the ${withStrange.length} rows of strange`).waitFor();
    const first = page.locator('.row-table tbody tr').first();
    expect((await first.locator('td.odd').allInnerTexts()).join()).toContain('12000');
    await picture(page, '7-anomalies');
    expect(await faultsInBothThemes(page)).toEqual([]);
    const saved = parsed((await downloaded(page, 'Download all scores')).toString());
    const out = join(folder, 'scores.csv');
    const { code, stderr } = await vaekit(
      folder,
      'score',
      run,
      '--data',
      'strange.csv',
      '--out',
      out,
    );
    expect([code, stderr]).toEqual([0, '']);
    const told = parsed(readFileSync(out, 'utf8'));
    expect(saved.map(({ index }) => index)).toEqual(told.map(({ index }) => index));
    for (const [i, { score }] of saved.entries()) {
      expect(Number(score)).toBeCloseTo(Number(told[i]!.score), 2);
    }
  }, 60_000);

  test('fills the gaps of a file, and leaves the rest as it was', async () => {
    await tab(page, 'Fill gaps');
    await page
      .locator('[role=tabpanel] input[type=file]')
      .setInputFiles(csvFile('gaps.csv', gappy));
    await button(page, 'Fill gaps').click();
    const count = gappy.flatMap((row) => Object.values(row)).filter((cell) => cell === null).length;
    await page.getByText(`gaps, 60 rows: ${count} gaps, in `).waitFor();
    expect(await page.locator('td.filled').count()).toBeGreaterThan(10);
    await picture(page, '8-gaps');
    expect(await faultsInBothThemes(page)).toEqual([]);
    const rows = parsed((await downloaded(page, 'Download rows')).toString());
    expect(rows).toHaveLength(60);
    for (const [i, row] of rows.entries()) {
      for (const name of names) {
        const before = gappy[i]![name];
        if (before === null) expect(row[name]).not.toBe('');
        else expect(row[name]).toBe(String(before));
      }
      // Islands and measures tell the species.
      if (gappy[i]!.Species === null) expect(row.Species).toBe(complete[i]!.Species);
    }
  }, 60_000);

  test('keeps the names of the columns over a reload, and fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await tab(page, 'Map');
    await page.reload();
    await page.locator('.legend [aria-pressed]').first().waitFor({ timeout: 30_000 });
    for (const name of ['Map', 'Samples', 'Rows', 'Anomalies', 'Fill gaps', 'Quality']) {
      await tab(page, name);
      if (name === 'Rows' || name === 'Samples' || name === 'Anomalies') {
        await page.locator('.row-table tbody tr').first().waitFor({ timeout: 30_000 });
      }
      await picture(page, `phone-${name}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([name, over]).toEqual([name, 0]);
    }
    await tab(page, 'Rows');
    const header = page.locator('.row-table thead th');
    await expect.poll(() => header.allInnerTexts()).toEqual(['Row', ...names]);
  }, 60_000);

  test('compares the reconstructions of the same rows by several runs', async () => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('link', { name: 'Compare' }).click();
    const rows = page.getByRole('region', { name: /^Rows of penguins/ }).locator('tbody tr');
    await expect.poll(() => rows.count(), { timeout: 30_000 }).toBe(24);
    expect(await rows.nth(1).innerText()).toMatch(/^penguins-tabular\s+(Adelie|Chinstrap|Gentoo)/);
    await picture(page, '9-compare');
    expect(await faultsInBothThemes(page)).toEqual([]);
  }, 60_000);

  test('opens a served run, draws its rows, and takes its table again', async () => {
    await writeFile(join(folder, 'penguins.csv'), csvOf(penguins));
    const { code, stderr } = await vaekit(
      folder,
      ...['train', '--data', 'penguins.csv', '--epochs', '2', '--out', 'runs/served'],
    );
    expect([code, stderr]).toEqual([0, '']);
    const served = await openStudio({
      path: join(folder, 'runs'),
      at: '#/explore/served%3Aserved',
    });
    const { page } = served;
    try {
      await page.getByText('No rows are on the map.').waitFor({ timeout: 30_000 });
      await tab(page, 'Samples');
      const label = 'Rows that the model draws';
      await expect.poll(async () => (await cellsOf(page, label)).length).toBe(20);
      await page.locator('input[type=file]').first().setInputFiles(csvFile('again.csv', penguins));
      await tab(page, 'Rows');
      await page.getByText('1 to 15 of 344').waitFor();
      // Another table is refused in a line.
      await tab(page, 'Anomalies');
      await page.locator('[role=tabpanel] input[type=file]').setInputFiles({
        name: 'other.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('a,b\n1,2\n3,4\n'),
      });
      await page.getByRole('alert').filter({ hasText: 'lacks the columns' }).waitFor();
      expect(served.errors).toEqual([]);
    } finally {
      await served.close();
    }
  }, 120_000);

  test('asks for nothing outside of its own origin, and nothing went wrong', () => {
    expect(opened.foreignRequests).toEqual([]);
    expect(opened.errors).toEqual([]);
  });
});
