import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, skipReason, softwareWebGpu } from '../browser/chromium.js';
import { button, field, figure, fill, give, ownImages, trainOwnImages } from './controls.js';
import { type OpenStudio, openStudio } from './open.js';

const hasAdapter = (page: Page): Promise<boolean> =>
  page.evaluate(async () => {
    const { gpu } = navigator as unknown as { gpu?: { requestAdapter(): Promise<unknown> } };
    return Boolean(await gpu?.requestAdapter());
  });

describe.skipIf(!chromiumPath)(`the studio with WebGPU in software${skipReason}`, () => {
  let opened: OpenStudio;

  beforeAll(async () => {
    opened = await openStudio({ flags: softwareWebGpu });
  }, 60_000);

  afterAll(async () => {
    await opened?.close();
  });

  test('offers the device that takes less time, by a step that is measured on both', {
    timeout: 240_000,
  }, async (context) => {
    const { page } = opened;
    if (!(await hasAdapter(page))) context.skip('this Chromium has no WebGPU adapter in software');
    await give(page, ownImages);
    await field(page, 'Network').selectOption('dense');
    await fill(page, 'Epochs', 9999);
    await field(page, 'Computed on').selectOption('webgpu');
    await page
      .getByRole('button', { name: /^Use the processor: about / })
      .click({ timeout: 200_000 });
    await expect.poll(() => field(page, 'Computed on').inputValue()).toBe('cpu');
  });

  test('trains on the graphics processor where one is chosen', {
    timeout: 240_000,
  }, async (context) => {
    const { page, foreignRequests, errors } = opened;
    if (!(await hasAdapter(page))) context.skip('this Chromium has no WebGPU adapter in software');
    const wasm: string[] = [];
    page.context().on('request', (request) => {
      if (request.url().endsWith('.wasm')) wasm.push(request.url());
    });
    await field(page, 'Computed on').selectOption('webgpu');
    await trainOwnImages(page, 1);
    await page.getByText(/^Done\./).waitFor({ timeout: 120_000 });
    expect(await figure(page, 'Validation')).toBeGreaterThan(0);
    await button(page, 'New run').waitFor();
    expect(wasm.some((url) => /asyncify|webgpu|jsep/.test(url))).toBe(true);
    expect(foreignRequests).toEqual([]);
    expect(errors).toEqual([]);
  });
});
