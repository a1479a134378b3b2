import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { describedOptions } from '../../src/vae/config/described.js';
import { measureNames, partsOf } from '../../src/vae/judges/measures/names.js';
import type { Messages, Translation } from '../../studio/src/language/language.js';
import { table } from '../../studio/src/messages/table.js';
import { withoutFlags } from '../../studio/src/messages/words.js';
import { optionWords } from './option-words.js';
import { bare, literalsOf, scriptsUnder, type Texts, textsOf } from './texts.js';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const page = folder('../../studio/src');
const library = folder('../../src');
const messages = `${page}/language/messages`;

/** Parts that make messages in English; `translated` finds them where they are shown. */
const inEnglish = /^((data|model|runs|storage)\/|train\/plan\.ts)/;

/** Messages that have the page's words instead of a translation. */
const heard = new Set(table.flatMap(({ when }) => [when, bare(when)]));

/** Words that are no texts: names, and values for the browser. */
const sameEverywhere = new Set([
  'vaekit',
  'studio',
  'vaekit studio',
  '{} · vaekit studio',
  'Parquet',
  'vae',
  'ELBO',
]);
const forBrowser = /^((\d+|\{\})px |settings: |color-mix\(|<)/;

/** Texts of the library that the page shows: errors, and the words of settings and of kinds. */
const ofLibrary = new Set(['errors', 'settings', 'kinds']);

let texts: ReadonlyMap<string, Texts>;
let literals: ReadonlySet<string>;

beforeAll(() => {
  texts = new Map(scriptsUnder(page).map((path) => [path.slice(page.length + 1), textsOf(path)]));
  const all = [...scriptsUnder(library), ...scriptsUnder(page)].flatMap(literalsOf);
  // The page shows messages without the flags of the command line.
  literals = new Set([...all, ...all.map(withoutFlags)]);
}, 60_000);

const found = (kind: 'outside' | 'wrong' | 'errors' | 'keys') =>
  [...texts].flatMap(([path, of]) => of[kind].map(({ text, line }) => ({ path, line, text })));

/** The catalogs of a language, by area. */
const catalogs = (code: string) =>
  readdirSync(`${messages}/${code}`).map((name) => {
    const catalog: Messages = JSON.parse(readFileSync(`${messages}/${code}/${name}`, 'utf8'));
    return [name.replace('.json', ''), catalog] as const;
  });

/** The errors that a language has, their placeholders bare; errors without values may stand in any catalog. */
const errorsIn = (code: string): ReadonlySet<string> =>
  new Set(
    catalogs(code).flatMap(([area, catalog]) =>
      Object.keys(catalog)
        .map(bare)
        .filter((text) => area === 'errors' || !text.includes('{}')),
    ),
  );

const languages = readdirSync(messages);

/** The words of settings that the form shows. */
const settings = describedOptions.flatMap(({ description, field }) =>
  field
    ? [description, field.label, field.note, field.unit, ...Object.values(field.titles ?? {})]
    : [],
);

test('no text that people read is outside the files of messages', () => {
  const messages = new Set(languages.flatMap((code) => [...errorsIn(code)]));
  const outside = found('outside').filter(
    ({ path, text }) =>
      !sameEverywhere.has(text) &&
      !forBrowser.test(text) &&
      !heard.has(text) &&
      !(inEnglish.test(path) && messages.has(text)),
  );
  expect(outside.map(({ path, line, text }) => `${path}:${line}: ${text}`)).toEqual([]);
});

test('texts are whole, and asked for when the language is known', () => {
  expect(found('wrong')).toEqual([]);
  const counted = [...texts.values()].flatMap((each) => each.counted);
  for (const { one, other } of counted) {
    // 'one picture' needs no number.
    expect(names(other)).toEqual(expect.arrayContaining(names(one)));
  }
});

test.each(languages)('every text is there in %s', (code) => {
  const known = new Set(catalogs(code).flatMap(([, catalog]) => Object.keys(catalog)));
  const used = found('keys');
  const missing = used.filter(({ text }) => !known.has(text) && !sameEverywhere.has(text));
  expect(missing.map(({ path, line, text }) => `${path}:${line}: ${text}`)).toEqual([]);
  expect(settings.filter((text) => text !== undefined && !known.has(text))).toEqual([]);
  expect([...optionWords()].filter((text) => !known.has(text))).toEqual([]);
  const measures = measureNames.map((name) => partsOf(name).measure!.title);
  expect(measures.filter((text) => !known.has(text) && !sameEverywhere.has(text))).toEqual([]);
});

test.each(languages)('every error of the page is there in %s', (code) => {
  const errors = errorsIn(code);
  const missing = found('errors').filter(({ text }) => !errors.has(text));
  expect(missing.map(({ path, line, text }) => `${path}:${line}: ${text}`)).toEqual([]);
});

test.each(languages)('no translation in %s is unused or there twice', (code) => {
  const keys = new Set([...found('keys'), ...found('errors')].map(({ text }) => text));
  const isUsed = (area: string, text: string) => {
    if (area === 'options') return words.has(text);
    return ofLibrary.has(area) ? literals.has(bare(text)) : keys.has(text);
  };
  const words = optionWords();
  const all = catalogs(code).flatMap(([area, catalog]) =>
    Object.keys(catalog).map((text) => ({ area, text })),
  );
  expect(all.filter(({ area, text }) => !isUsed(area, text))).toEqual([]);
  const seen = new Set<string>();
  expect(all.filter(({ text }) => seen.size === seen.add(text).size)).toEqual([]);
});

test.each(languages)('translations in %s hold the placeholders of their texts', (code) => {
  for (const [area, catalog] of catalogs(code)) {
    for (const [text, translation] of Object.entries(catalog)) {
      for (const form of formsOf(translation)) {
        // Values of errors can be English words, such as verbs, that another language leaves out.
        const kept =
          area === 'errors' ? names(text).filter((name) => form.includes(name!)) : names(text);
        expect([text, names(form)]).toEqual([text, kept]);
        expect(form.trim()).not.toBe('');
      }
    }
  }
});

/** Words in the place of which a language has another one, as studio/README.md lists them. */
const otherWords: Readonly<Record<string, RegExp>> = {
  ko: /(?<!재)매개변수|예제|신경망|사전분포|사후분포|라벨|다운로드|(?<![가-힣])우도/,
};

test.each(languages)('translations in %s say one thing by one word', (code) => {
  const other = otherWords[code];
  const forms = catalogs(code).flatMap(([, catalog]) => Object.values(catalog).flatMap(formsOf));
  expect(other ? forms.filter((form) => other.test(form)) : []).toEqual([]);
});

const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

const formsOf = (translation: Translation): readonly string[] =>
  typeof translation === 'string' ? [translation] : Object.values(translation);
