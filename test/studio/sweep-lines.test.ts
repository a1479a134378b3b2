import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chromiumPath, skipReason } from '../browser/chromium.js';
import { emptyFolder } from '../cli/process.js';
import { faultsInBothThemes } from './controls.js';
import { openStudio } from './open.js';
import { writeSmallRun } from './small-run.js';

test.skipIf(!chromiumPath)(
  `a sweep is shown by lines, by which its runs are compared${skipReason}`,
  async () => {
    const folder = await emptyFolder();
    const betas = [1, 2, 4];
    for (const [i, beta] of betas.entries()) {
      await writeSmallRun(folder, `swept/00${i + 1}`, { beta, epochs: 1 });
    }
    const runs = betas.map((beta, i) => ({
      run: `00${i + 1}`,
      settings: { 'model.objective.beta': beta, 'training.data': 'quarters.npy' },
      results: [[70, 50, 60][i]],
    }));
    const failed = { run: '004', settings: { 'model.objective.beta': -1 }, results: [] };
    const sweep = { metric: { name: 'val_loss', better: 'less' }, runs: [...runs, failed] };
    await writeFile(join(folder, 'runs/swept/sweep.json'), JSON.stringify(sweep));
    const at = '#/compare/served%3Aswept%2F001/served%3Aswept%2F002';
    const { page, errors, close } = await openStudio({ path: join(folder, 'runs'), at });
    try {
      await page.getByRole('heading', { name: 'Runs of the sweep swept' }).waitFor();
      const lines = page.locator('.sweep-lines a');
      // The best is drawn last. Settings that are the same for all have no axis.
      const names = await lines.evaluateAll((all) => all.map((a) => a.getAttribute('aria-label')));
      expect(names).toEqual([
        'swept/001: beta 1, data quarters.npy, val_loss 70',
        'swept/003: beta 4, data quarters.npy, val_loss 60',
        'swept/002: beta 2, data quarters.npy, val_loss 50',
      ]);
      const titles = page.locator('.sweep-lines .title');
      expect(await titles.allTextContents()).toEqual(['beta', 'val_loss']);
      const chosen = page.locator('.sweep-lines a.chosen');
      expect(await chosen.count()).toBe(2);
      await lines.nth(1).focus();
      await page.keyboard.press('Enter');
      await expect
        .poll(() => page.getByRole('checkbox', { name: 'swept/003' }).isChecked())
        .toBe(true);
      await expect.poll(() => chosen.count()).toBe(3);
      const beta = () => page.locator('[data-row="beta"] td').allInnerTexts();
      await expect.poll(beta).toEqual(['1', '2', '4']);
      expect(await faultsInBothThemes(page)).toEqual([]);
      expect(errors.filter((message) => !/404/.test(message))).toEqual([]);
    } finally {
      await close();
    }
  },
);
