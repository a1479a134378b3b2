import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from 'fast-png';
import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { emptyFolder, writeQuarters } from '../cli/process.js';
import { faultsInBothThemes } from './controls.js';
import { openStudio } from './open.js';
import { writeSmallRun } from './small-run.js';

test.skipIf(!chromiumPath)(`each panel gives its content as files${skipReason}`, async () => {
  const folder = await emptyFolder();
  await writeSmallRun(folder, 'small');
  await writeSmallRun(folder, 'other');
  await writeQuarters(folder);
  const names = await readdir(join(folder, 'quarters'));
  const { page, errors, foreignRequests, close } = await openStudio({
    path: join(folder, 'runs'),
    at: '#/explore/served%3Asmall',
  });
  const saved = async (what: string, kind: string) => {
    await page.getByRole('button', { name: `Export ${what}`, exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('.export-menu:popover-open').getByRole('button', { name: kind }).click(),
    ]);
    const bytes = await readFile(await download.path());
    return { name: download.suggestedFilename(), bytes, text: bytes.toString() };
  };
  const table = (text: string) => Papa.parse<string[]>(text, { skipEmptyLines: true }).data;
  try {
    await page
      .locator('.drop input[type=file]')
      .first()
      .setInputFiles(names.map((name) => join(folder, 'quarters', name)));
    await page.locator('.legend').waitFor();

    const { width, height } = (await page.locator('.map').boundingBox())!;
    const map = await saved('the map', 'Picture');
    expect(map.name).toBe('small-map.png');
    const picture = decode(map.bytes);
    expect(picture.width).toBeCloseTo(2 * (width - 2), -1);
    expect(picture.height).toBeGreaterThan(2 * (height - 2));
    expect(new Set(picture.data).size).toBeGreaterThan(100);
    const drawing = await saved('the map', 'Drawing');
    // A browser shows a drawing that is well formed.
    const parsed = await page.evaluate((text) => {
      const svg = new DOMParser().parseFromString(text, 'image/svg+xml');
      return {
        faults: svg.querySelectorAll('parsererror').length,
        points: svg.querySelectorAll('g[stroke] > use').length,
        names: [...svg.querySelectorAll(':scope > g text')].map((each) => each.textContent),
      };
    }, drawing.text);
    expect(parsed.faults).toBe(0);
    expect(parsed.points).toBeGreaterThan(90);
    expect(parsed.names.slice(-4)).toEqual(['0', '1', '2', '3']);
    const points = table((await saved('the map', 'Table')).text);
    expect(points[0]).toEqual(['place', 'class', 'map_z₁', 'map_z₂', 'z1', 'z2']);
    expect(points).toHaveLength(101);

    await page.getByRole('tab', { name: 'Path' }).click();
    await page.locator('.strip').waitFor();
    const gif = await saved('the path', 'Animation');
    expect(gif.bytes.subarray(0, 6).toString()).toBe('GIF89a');
    // Sixty-four pixels of eight, enlarged 28 times; all frames but the ends come twice.
    expect([gif.bytes.readUInt16LE(6), gif.bytes.readUInt16LE(8)]).toEqual([224, 224]);
    expect(gif.bytes.toString('latin1').split('\x21\xf9\x04').length - 1).toBe(80);
    expect(gif.bytes.includes('NETSCAPE2.0')).toBe(true);
    expect(table((await saved('the path', 'Table')).text)).toHaveLength(42);
    expect(decode((await saved('the path', 'Picture')).bytes).height).toBe(224);
    await page.getByRole('tab', { name: 'Latents' }).click();
    expect(table((await saved('the latents', 'Table')).text)).toHaveLength(3);
    await page.getByRole('tab', { name: 'Samples' }).click();
    await page.locator('.samples').waitFor();
    expect(decode((await saved('the samples', 'Picture')).bytes).width).toBeGreaterThan(1500);
    await page.getByRole('tab', { name: 'Anomalies' }).click();
    const scores = table((await saved('the scores', 'Table')).text);
    expect(scores[0]).toEqual(['image', 'class', 'elbo_nats']);
    const values = scores.slice(1).map((row) => Number(row[2]));
    expect(values).toEqual([...values].sort((a, b) => a - b));

    await page.getByRole('tab', { name: 'Between' }).click();
    await page.getByRole('combobox', { name: /^Images of class/ }).selectOption('2');
    await page.getByRole('combobox', { name: /^that look like/ }).selectOption('3');
    const likest = table((await saved('the images', 'Table')).text);
    const ratios = likest.slice(1).map((row) => Number(row[1]));
    expect(ratios).toHaveLength(25);
    expect(ratios).toEqual([...ratios].sort((a, b) => a - b));
    await page.getByRole('button', { name: 'Show only 2 and 3 on the map' }).click();
    expect(await page.locator('.legend [aria-pressed=true]').allInnerTexts()).toEqual(['2', '3']);
    await page.locator('.worst button').first().click();
    const picked = page.locator('.map-inset figure').first();
    await expect.poll(() => picked.innerText()).toBe('2');
    const described = await page.locator('.map').getAttribute('aria-describedby');
    const words = await page.locator(`[id="${described!.split(' ')[0]}"]`).innerText();
    expect(words).toMatch(/^The map shows 100 images\. The middles of the classes: 0 at .*; 3 at /);
    expect(words).toMatch(/2 classes are shown\.$/);
    expect(await faultsInBothThemes(page)).toEqual([]);

    await page.getByRole('link', { name: 'Compare' }).click();
    const numbers = table((await saved('the numbers', 'Table')).text);
    expect(numbers[0]!.slice(1).sort()).toEqual(['other', 'small']);
    expect(numbers.find(([name]) => name === 'beta')).toEqual(['beta', '1', '1']);
    expect(foreignRequests).toEqual([]);
    expect(errors.filter((message) => !/404/.test(message))).toEqual([]);
  } finally {
    await close();
  }
});
