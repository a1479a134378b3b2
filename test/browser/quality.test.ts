import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measureQuality, type QualityReport, qualityRows } from '../../src/index.js';
import { chromiumPath, type OpenPage, openPage, skipReason } from './chromium.js';

const file = new URL('../fixtures/quality.json', import.meta.url);
const { columns, real, synthetic, heldOut } = JSON.parse(readFileSync(file, 'utf8'));

/** Texts hold missing values as null. */
const given = { columns, real, synthetic, heldOut };

/** Numbers may differ in their last bits, as functions of Math do between engines. */
function rounded(report: QualityReport): unknown {
  return JSON.parse(JSON.stringify(report), (_, value) =>
    typeof value === 'number' ? Number(value.toFixed(9)) : value,
  );
}

describe.skipIf(!chromiumPath)(`quality of rows in Chromium${skipReason}`, () => {
  let opened: OpenPage;

  beforeAll(async () => {
    opened = await openPage();
  }, 120_000);

  afterAll(() => opened?.close());

  test('is that in Node, and is drawn', async () => {
    const found = await opened.page.evaluate(async ({ columns, real, synthetic, heldOut }) => {
      const { measureQuality, qualityRows, report } = window.vaekit;
      const values = (rows: (number | null)[][]) =>
        Float32Array.from(rows.flat(), (value) => value ?? Number.NaN);
      const rows = await qualityRows({
        columns,
        real: values(real),
        synthetic: values(synthetic),
        heldOut: values(heldOut),
      });
      const quality = await measureQuality(rows, { target: 'city' });
      const picture = await report.qualityPicture(rows, quality);
      return { quality, signature: Array.from(picture.slice(1, 4)), bytes: picture.length };
    }, given);
    const values = (rows: (number | null)[][]) =>
      Float32Array.from(rows.flat(), (value) => value ?? Number.NaN);
    const rows = await qualityRows({
      columns,
      real: values(real),
      synthetic: values(synthetic),
      heldOut: values(heldOut),
    });
    expect(rounded(found.quality)).toEqual(rounded(await measureQuality(rows, { target: 'city' })));
    expect(String.fromCharCode(...found.signature)).toBe('PNG');
    expect(found.bytes).toBeGreaterThan(50_000);
  });
});
