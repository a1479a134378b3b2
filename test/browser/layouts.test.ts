import { afterAll, beforeAll, describe, test } from 'vitest';
import { layouts } from '../data/layouts/all.js';
import { check } from '../data/layouts/check.js';
import { chromiumPath, type OpenPage, openPage, skipReason } from './chromium.js';

let opened: OpenPage;

beforeAll(async () => {
  if (chromiumPath) opened = await openPage();
});

afterAll(() => opened?.close());

describe.each(Object.entries(layouts))(`%s in Chromium${skipReason}`, (kind, list) => {
  for (const [i, layout] of list.entries()) {
    test.skipIf(!chromiumPath || layout.nodeOnly)(
      `${layout.title}${layout.nodeOnly ? ` (Node alone: ${layout.nodeOnly})` : ''}`,
      async () => {
        const found = await opened.page.evaluate(([kind, i]) => window.foundIn(kind, i), [
          kind,
          i,
        ] as const);
        check(layout, found);
      },
    );
  }
});
