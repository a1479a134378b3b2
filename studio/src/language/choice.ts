import { effect } from '@preact/signals';
import { current, english, type Language, type Messages } from './language.js';

/** Files of texts: a folder for each language, a file for each part of the page. */
const files = import.meta.glob<Messages>('./messages/*/*.json', { import: 'default' });

const codeOf = (path: string) => path.split('/')[2]!;

/** A language that can be chosen. */
export interface Choice {
  /** Such as `ko`. */
  readonly code: string;
  /** In the language itself. */
  readonly name: string;
}

/** The languages of the page. */
export const languages: readonly Choice[] = [
  ...new Set([english.code, ...Object.keys(files).map(codeOf)]),
].map((code) => ({
  code,
  name: new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code,
}));

const key = 'vaekit-language';

/** The language that the user chose before, else the first of the browser's that the page has. */
function wanted(): string {
  const has = (code: string) => languages.some((each) => each.code === code);
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(key);
  } catch {
    // The browser keeps nothing for this page.
  }
  const codes = [stored ?? '', ...navigator.languages.map((tag) => tag.split('-')[0]!)];
  return codes.find(has) ?? english.code;
}

async function load(code: string): Promise<Language> {
  if (code === english.code) return english;
  const loaded = await Promise.all(
    Object.entries(files)
      .filter(([path]) => codeOf(path) === code)
      .map(async ([path, read]) => [path, await read()] as const),
  );
  return {
    code,
    messages: Object.assign({}, ...loaded.map(([, messages]) => messages)),
    errors: loaded.find(([path]) => path.endsWith('/errors.json'))?.[1] ?? {},
  };
}

/** The language that was asked for last: its texts may come after those of one that was asked for before. */
let asked = '';

/** Shows the page in a language. The one before stays when its texts cannot be loaded. */
async function show(code: string): Promise<void> {
  asked = code;
  const language = await load(code);
  if (code === asked) current.value = language;
}

/** Shows the page in a language from now on, and when it is opened again. */
export async function chooseLanguage(code: string): Promise<void> {
  await show(code);
  try {
    localStorage.setItem(key, code);
  } catch {
    // The choice then holds until the page closes.
  }
}

/** Loads the texts of the page's first language. The page is in English when they cannot be loaded. */
export async function startLanguage(): Promise<void> {
  await show(wanted()).catch(() => undefined);
}

effect(() => {
  document.documentElement.lang = current.value.code;
});
