import { existsSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import * as files from '../../../src/data/files/files.node.js';
import * as web from '../../../src/data/files/files.web.js';
import { giveFiles } from '../../../src/data/files/given-files.web.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const text = async (path: string) => new TextDecoder().decode(await files.readFile(path));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaekit-files-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('files', () => {
  test('read back as written, bytes or text', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i);
    await files.writeFileAtomic(at('bytes'), bytes);
    expect(await files.readFile(at('bytes'))).toEqual(bytes);
    await files.writeFileAtomic(at('text'), 'größer\n');
    expect(await text(at('text'))).toBe('größer\n');
    await files.writeFileAtomic(at('text'), '');
    expect(await text(at('text'))).toBe('');
  });

  test('are bytes and not a Buffer, whose slice shares memory', async () => {
    await files.writeFileAtomic(at('plain'), 'abc');
    const bytes = await files.readFile(at('plain'));
    expect(Buffer.isBuffer(bytes)).toBe(false);
    bytes.slice(0, 1)[0] = 0;
    expect(bytes[0]).toBe(97);
  });

  test('hold one whole content whoever writes at the same time, and no other file stays', async () => {
    await files.makeDirectory(at('race'));
    const contents = Array.from({ length: 20 }, (_, i) => String(i % 10).repeat(50_000 + i));
    const target = at('race', 'file');
    await files.writeFileAtomic(target, contents[0] ?? '');
    const seen = new Set<string>();
    const writes = Promise.all(contents.map((content) => files.writeFileAtomic(target, content)));
    for (let i = 0; i < 50; i++) seen.add(await text(target));
    await writes;
    seen.add(await text(target));
    for (const content of seen) expect(contents).toContain(content);
    expect(await readdir(at('race'))).toEqual(['file']);
  });

  test.skipIf(process.platform === 'win32')(
    'are on the disk before they have their name, and their name before it is told',
    async () => {
      await files.makeDirectory(at('durable'));
      const target = at('durable', 'file');
      await files.writeFileAtomic(target, 'old');
      const handle = await open(target);
      const prototype = Object.getPrototypeOf(handle) as FileHandle;
      await handle.close();
      /** Paths that are synced, and the content under the name meanwhile. */
      const synced: string[] = [];
      const { sync } = prototype;
      const spy = vi.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
        await sync.call(this);
        synced.push(
          `${(await this.stat()).isDirectory() ? 'folder' : 'file'}: ${await text(target)}`,
        );
      });
      try {
        await files.writeFileAtomic(target, 'new');
        expect(synced).toEqual(['file: old', 'folder: new']);
        synced.length = 0;
        await files.makeDirectory(at('durable', 'a', 'b'));
        expect(synced).toEqual(['folder: new', 'folder: new']);
      } finally {
        spy.mockRestore();
      }
    },
  );

  test('that cannot be replaced leave no temporary file', async () => {
    await files.makeDirectory(at('occupied', 'name'));
    await files.writeFileAtomic(at('occupied', 'name', 'inside'), 'x');
    await expect(files.writeFileAtomic(at('occupied', 'name'), 'y')).rejects.toThrow(UserError);
    expect(await readdir(at('occupied'))).toEqual(['name']);
  });

  test('replace a symbolic link and leave its target', async () => {
    await files.writeFileAtomic(at('original'), 'old');
    await symlink(at('original'), at('link'));
    await files.writeFileAtomic(at('link'), 'new');
    expect([await text(at('original')), await text(at('link'))]).toEqual(['old', 'new']);
  });

  test('are listed in order, found and removed', async () => {
    await files.makeDirectory(at('list', 'b'));
    await files.makeDirectory(at('list', 'b'));
    await files.writeFileAtomic(at('list', 'c'), '');
    await files.writeFileAtomic(at('list', 'a'), '');
    expect(await files.listDirectory(at('list'))).toEqual(['a', 'b', 'c']);
    expect(await files.isDirectory(at('list', 'b'))).toBe(true);
    expect(await files.isDirectory(at('list', 'a'))).toBe(false);
    await files.removeFile(at('list', 'a'));
    await files.removeFile(at('list', 'a'));
    expect(await files.exists(at('list', 'a'))).toBe(false);
    expect(await files.exists(at('list', 'c', 'under'))).toBe(false);
    expect(await files.exists(at('list', 'c'))).toBe(true);
  });
});

describe('a clear line for', () => {
  const refusal = async (action: Promise<unknown>, path: string) => {
    const error = await action.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(path);
    return (error as UserError).message;
  };

  test('a file that is not there', async () => {
    expect(await refusal(files.readFile(at('none')), at('none'))).toMatch(/no such file/);
    expect(await refusal(files.listDirectory(at('none')), at('none'))).toMatch(/no such file/);
    const deep = at('none', 'x');
    expect(await refusal(files.writeFileAtomic(deep, ''), deep)).toMatch(/no such file or folder/);
  });

  test('a folder where a file should be, and the reverse', async () => {
    await files.writeFileAtomic(at('file'), '');
    expect(await refusal(files.readFile(folder), folder)).toMatch(/is a folder/);
    const under = at('file', 'x');
    expect(await refusal(files.writeFileAtomic(under, ''), under)).toMatch(/not a folder/);
    expect(await refusal(files.makeDirectory(at('file')), at('file'))).toMatch(/in the way/);
    expect(await refusal(files.makeDirectory(under), under)).toMatch(/not a folder/);
    expect(await refusal(files.listDirectory(at('file')), at('file'))).toMatch(/not a folder/);
  });

  test('names that cannot be', async () => {
    const long = at('x'.repeat(300));
    expect(await refusal(files.writeFileAtomic(long, ''), long)).toMatch(/too long/);
    const message = await refusal(files.readFile(at('a\0b\nc')), folder);
    expect(message).toMatch(/characters that no path/);
    expect(message).not.toContain('\n');
  });

  test.skipIf(!existsSync('/proc/self'))('a place without new folders (needs /proc)', async () => {
    // Node's recursive mkdir never returns here.
    for (const path of ['/proc/vaekit', '/proc/vaekit/deep/er']) {
      expect(await refusal(files.makeDirectory(path), '/proc/vaekit')).toMatch(
        /takes no new folders/,
      );
    }
  });

  test('a deep folder that cannot be made, of which nothing stays', async () => {
    const deep = at('levels', 'of', 'x'.repeat(300));
    expect(await refusal(files.makeDirectory(deep), deep)).toMatch(/too long/);
    expect(await files.exists(at('levels'))).toBe(false);
    await symlink(at('nowhere'), at('dangling'));
    expect(await refusal(files.makeDirectory(at('dangling', 'x')), 'dangling')).toMatch(
      /in the way/,
    );
  });

  test('links in a circle', async () => {
    await symlink(at('circle'), at('circle'));
    expect(await refusal(files.readFile(at('circle')), at('circle'))).toMatch(/circle/);
  });

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'a place that is not the user’s own (needs a user other than root)',
    async () => {
      expect(await refusal(files.writeFileAtomic('/vaekit', ''), '/vaekit')).toMatch(
        /permission|allow|read-only/,
      );
    },
  );
});

describe('places', () => {
  test('the cache follows XDG_CACHE_HOME on Linux', () => {
    expect(files.cacheDirectory()).toMatch(/vaekit/);
    if (process.platform !== 'linux') return;
    const before = process.env.XDG_CACHE_HOME;
    process.env.XDG_CACHE_HOME = '/elsewhere';
    try {
      expect(files.cacheDirectory()).toBe('/elsewhere/vaekit');
    } finally {
      if (before === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = before;
    }
  });

  test('a user without a home has a cache where a folder is named for it, else none', () => {
    if (process.platform === 'win32') return;
    const { HOME, XDG_CACHE_HOME } = process.env;
    process.env.HOME = '';
    delete process.env.XDG_CACHE_HOME;
    try {
      expect(files.findCacheDirectory()).toBeUndefined();
      expect(() => files.cacheDirectory()).toThrow(/no home folder.*Set HOME/);
    } finally {
      process.env.HOME = HOME;
      if (XDG_CACHE_HOME !== undefined) process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
    }
  });

  test('the files of a package are found beside vaekit', async () => {
    expect(await files.resolvePackageFile('vitest', 'package.json')).toMatch(
      /node_modules[\\/]vitest[\\/]package\.json$/,
    );
    expect(await files.resolvePackageFile('vitest', 'no-such-file')).toBeUndefined();
    expect(await files.resolvePackageFile('no-such-package', 'package.json')).toBeUndefined();
  });

  test('the files of a package are found beside the project in the working folder', async () => {
    const data = at('project', 'node_modules', 'only-here', 'data');
    await files.makeDirectory(data);
    await files.writeFileAtomic(join(data, 'file'), 'x');
    const before = process.cwd();
    process.chdir(at('project'));
    try {
      const found = await files.resolvePackageFile('only-here', 'data/file');
      expect(found && (await text(found))).toBe('x');
    } finally {
      process.chdir(before);
    }
  });
});

describe('in a browser', () => {
  test('the same face is there', () => {
    expect(Object.keys(web).sort()).toEqual(Object.keys(files).sort());
  });

  test('only files that were given to the page can be read, and none can be written', async () => {
    const uses: (() => unknown)[] = [
      () => web.readFile('x'),
      () => web.writeFileAtomic('x', ''),
      () => web.makeDirectory('x'),
      () => web.removeFile('x'),
      () => web.cacheDirectory(),
    ];
    for (const use of uses) {
      await expect(Promise.resolve().then(use)).rejects.toThrow(
        /files that were given to the page/,
      );
    }
    expect(await web.exists('x')).toBe(false);
    expect(await web.resolvePackageFile('vitest', 'package.json')).toBeUndefined();
  });

  test('files that were given lie in folders as on a disk, until they are forgotten', async () => {
    const forget = giveFiles({ 'a/b/c.txt': new Blob(['c']), 'a/d.txt': new Blob(['d']) });
    expect(await web.isDirectory('a')).toBe(true);
    expect(await web.isDirectory('a/d.txt')).toBe(false);
    expect(await web.exists('a/b')).toBe(true);
    expect(await web.exists('a/b/c')).toBe(false);
    expect(await web.listDirectory('a')).toEqual(['b', 'd.txt']);
    expect(new TextDecoder().decode(await web.readFile('a/b/c.txt'))).toBe('c');
    forget();
    expect(await web.exists('a')).toBe(false);
  });
});
