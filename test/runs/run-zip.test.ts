import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TextReader, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { RunFolder, VAE, zipRun } from '../../src/index.js';
import { corners, smallVAE } from '../vae/small.js';

const fixture = fileURLToPath(new URL('../fixtures/run-v1', import.meta.url));
const contentOf = (name: string) => new Uint8Array(readFileSync(join(fixture, name)));
const files = {
  'config.json': contentOf('config.json'),
  'metrics.jsonl': contentOf('metrics.jsonl'),
  'parameters.safetensors': contentOf('parameters.safetensors'),
};

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaekit-zip-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Options = Parameters<ZipWriter<unknown>['add']>[2];

/** An archive as a hostile program may write it: each file with the writer's own options. */
async function archive(
  ...entries: readonly (readonly [name: string, content: Uint8Array | string, options?: Options])[]
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  for (const [name, content, options] of entries) {
    const reader =
      typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content);
    await writer.add(name, reader, options);
  }
  return writer.close();
}

const run = Object.entries(files);

/** The archive with a text of its headers changed everywhere, the length kept. */
function renamed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  expect(from.length).toBe(to.length);
  return Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll(from, to), 'latin1');
}

/** An archive of empty files. PKWARE APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16. */
function emptyFiles(count: number): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    const name = Buffer.from(String(i).padStart(5, '0'));
    const local = Buffer.alloc(30);
    local.write('PK\x03\x04', 'latin1');
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.write('PK\x01\x02', 'latin1');
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(i * (local.length + name.length), 42);
    parts.push(local, name);
    directory.push(central, name);
  }
  const [content, index] = [Buffer.concat(parts), Buffer.concat(directory)];
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(content.length, 16);
  return Buffer.concat([content, index, end]);
}

/** The message about the archive, both as bytes and as a file. */
async function refusal(bytes: Uint8Array): Promise<string> {
  const path = join(folder, `${count++}.zip`);
  await writeFile(path, bytes);
  const before = await readdir(folder);
  const says = (place: string | Uint8Array) =>
    VAE.load(place).then(
      () => 'was read',
      (error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        return error.message;
      },
    );
  const said = await says(path);
  expect(said.replaceAll(path, 'run.zip')).toBe(await says(bytes));
  expect(said).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
  expect(await readdir(folder)).toEqual(before);
  return said.replaceAll(path, 'run.zip');
}

describe('a run in memory', () => {
  test('is loaded from its zip bit for bit, with metrics', async () => {
    const vae = smallVAE();
    const { epochs } = await vae.fit(corners(64), { epochs: 2 });
    const memory = RunFolder.inMemory();
    await vae.saveTo(memory, { data: 'corners' });
    await memory.writeMetrics(epochs);
    await memory.write('notes.txt', 'drawn in a browser');
    const bytes = await memory.zip();

    const again = await VAE.load(bytes);
    expect(again.config).toEqual(vae.config);
    for (const [name, { data }] of Object.entries(vae.parameters())) {
      expect(again.parameters()[name]!.data).toEqual(data);
    }
    const opened = await RunFolder.open(bytes);
    expect(await opened.readMetrics()).toEqual(epochs);
    expect((await opened.readConfig()).training).toEqual({ data: 'corners' });
    await expect(opened.write('a.txt', '')).rejects.toThrow(/only read\. Unpack it first\.$/);
    await vae.release();
  });

  test('is unpacked by other programs', async () => {
    const path = join(folder, 'plain.zip');
    await writeFile(path, await zipRun({ ...files, 'notes.txt': 'text' }));
    try {
      execFileSync('unzip', ['-q', path, '-d', join(folder, 'unpacked')]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return console.log('no unzip here');
      throw error;
    }
    const vae = await VAE.load(join(folder, 'unpacked'));
    expect(vae.parameters()).toEqual((await VAE.load(fixture)).parameters());
  });
});

describe('a zip archive of a run folder', () => {
  test('is read with the folder itself in it, and with the files that macOS adds', async () => {
    const bytes = await archive(
      ['mnist/', '', { directory: true }],
      ...run.map(([name, content]) => [`mnist/${name}`, content] as const),
      ['__MACOSX/mnist/._config.json', 'x'],
    );
    const vae = await VAE.load(bytes);
    expect(vae.parameters()).toEqual((await VAE.load(fixture)).parameters());
  });

  test('is not loaded from several runs, but from the one at the root', async () => {
    const two = [...run, ...run].map(
      ([name, content], i) => [`${i < run.length ? 'a' : 'b'}/${name}`, content] as const,
    );
    expect(await refusal(await archive(...two))).toBe('run.zip holds 2 runs. Pack one.');
    await VAE.load(await archive(...run, ['old/config.json', '{}']));
  });

  test.each<readonly [string, () => Promise<Uint8Array> | Uint8Array, RegExp]>([
    ['nothing', () => archive(), /^run\.zip is no zip archive/],
    ['no run', () => archive(['a.txt', 'text']), /holds no run: there is no config\.json in it/],
    ['a run too deep', () => archive(['a/b/config.json', '{}']), /holds no run/],
    [
      'no parameters',
      () => archive(run[0]!),
      /^run\.zip has no parameters: its training has not ended\./,
    ],
    ['text in its place', () => Buffer.from('config.json'), /^run\.zip is no zip archive/],
    ['a cut archive', async () => (await zipRun(files)).subarray(0, -9), /is damaged/],
    [
      'a changed byte in the data',
      async () => {
        const bytes = await archive(
          ...run.map(([name, content]) => [name, content, { level: 0 }] as const),
        );
        bytes[Buffer.from(bytes).indexOf('"vaekit"') + 1]! ^= 1;
        return bytes;
      },
      /config\.json.*is damaged/,
    ],
    [
      'a name that leads out',
      async () => renamed(await archive(...run, ['xx/yy', 'x']), 'xx/yy', '../yy'),
      /is damaged/,
    ],
    [
      'an absolute name',
      async () => renamed(await archive(...run, ['xetc/yy', 'x']), 'xetc/yy', '/etc/yy'),
      /is damaged/,
    ],
    [
      'a name that leads out on Windows',
      async () => renamed(await archive(...run, ['xx/yy', 'x']), 'xx/yy', '..\\yy'),
      /is damaged/,
    ],
    [
      'a name twice',
      async () =>
        renamed(await archive(...run, ['confix.json', '{}']), 'confix.json', 'config.json'),
      /is damaged/,
    ],
    [
      'a symbolic link',
      () => archive(...run.slice(1), ['config.json', '/etc/passwd', { unixMode: 0o120777 }]),
      /"config\.json" is a link or device, not a file\./,
    ],
    [
      'a named pipe',
      () => archive(...run.slice(1), ['config.json', 'x', { unixMode: 0o010644 }]),
      /"config\.json" is a link or device/,
    ],
    [
      'an encrypted file',
      () => archive(...run.slice(1), ['config.json', '{}', { password: 'secret' }]),
      /"config\.json" is encrypted\. Pack it without a password\./,
    ],
    [
      'a config that grows to 20 MB',
      () => archive(...run.slice(1), ['config.json', ' '.repeat(20_000_000)]),
      /config\.json: it is larger than 16 MiB\./,
    ],
    ['more files than a run has', () => emptyFiles(10_001), /over 10000 files/],
  ])('with %s is refused in one line, and nothing is written', async (_, make, says) => {
    expect(await refusal(await make())).toMatch(says);
  });

  test("with parameters that grow far beyond the model's is refused before they do", async () => {
    const bomb = await archive(run[0]!, ['parameters.safetensors', new Uint8Array(300_000_000)]);
    expect(bomb.length).toBeLessThan(500_000);
    const start = performance.now();
    expect(await refusal(bomb)).toMatch(/parameters\.safetensors: it is larger than 64 MiB\./);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('a place that is no run', () => {
  test('a file is told from a folder', async () => {
    const path = join(folder, 'notes.txt');
    await writeFile(path, 'text');
    await expect(VAE.load(path)).rejects.toThrow(
      `${path} is no zip archive. Give the folder that training wrote, or a zip of it.`,
    );
  });

  test('an empty folder', async () => {
    const path = join(folder, 'empty');
    await mkdir(path);
    await expect(VAE.load(path)).rejects.toThrow(`${path} holds no run`);
  });
});

describe('metrics', () => {
  const metrics = async (text: string) =>
    (await RunFolder.open(await zipRun({ ...files, 'metrics.jsonl': text }))).readMetrics();

  test('a loss that was not a number stays none', async () => {
    const line = '{"epoch":1,"loss":null,"seconds":1,"steps":2}\n';
    expect(await metrics(line)).toEqual([{ epoch: 1, loss: Number.NaN, seconds: 1, steps: 2 }]);
  });

  test.each([
    ['{"epoch":1,', /line 1: not valid JSON/],
    ['[1]', /line 1 is not a JSON object/],
    ['{"epoch":1,"seconds":1,"steps":"2"}', /line 1: steps is missing or not a number/],
    ['{"epoch":1,"seconds":1}', /line 1: steps is missing or not a number/],
  ])('%s is refused', async (text, says) => {
    await expect(metrics(`${text}\n`)).rejects.toThrow(says);
    await expect(metrics(`${text}\n`)).rejects.toThrow(UserError);
  });
});
