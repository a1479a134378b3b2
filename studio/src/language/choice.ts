import { effect } from '@preact/signals';
import { current, english, type Language, type Messages } from './language.js';

/** Files of texts: a folder for each language, a file for each part of the page. */
const files = import.meta.glob<Messages>('./messages/*/*.json', { import: 'default' });

const codeOf = (path: string) => path.split('/')[2]!;

/** A language that can be chosen. */
export interface Choice {
  /** Code of the language, such as `ko`. */
  readonly code: string;
  /** Name in the language itself. */
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

/** Parts of the page that are there at its start. The texts of others come while these are shown. */
const firstAreas = ['common', 'settings', 'first', 'diagram', 'train-form', 'train-state'];

const areaOf = (path: string) => path.split('/')[3]!.replace('.json', '');

/** A language with the texts of more areas. */
async function withTexts(
  { code, messages, errors }: Language,
  isWanted: (area: string) => boolean,
): Promise<Language> {
  const paths = Object.keys(files).filter(
    (path) => codeOf(path) === code && isWanted(areaOf(path)),
  );
  const texts = await Promise.all(paths.map((path) => files[path]!()));
  const at = paths.findIndex((path) => areaOf(path) === 'errors');
  return {
    code,
    messages: Object.assign({}, messages, ...texts),
    errors: at < 0 ? errors : texts[at]!,
  };
}

/** The language that was asked for last: texts of an earlier one may come after its own, and are not shown. */
let asked = '';

/** Shows the page in a language, once its texts are there. */
async function show(code: string, isWanted: (area: string) => boolean): Promise<void> {
  asked = code;
  const before = current.peek().code === code ? current.peek() : { ...english, code };
  const language = await withTexts(before, isWanted);
  if (code === asked) current.value = language;
}

/** Shows the page in a language from now on, and when it is opened again. */
export async function chooseLanguage(code: string): Promise<void> {
  await show(code, () => true);
  try {
    localStorage.setItem(key, code);
  } catch {
    // The choice then holds until the page closes.
  }
}

/** Loads the texts that the page starts with. It is in English as long as they cannot be loaded. */
export async function startLanguage(): Promise<void> {
  const code = wanted();
  const isFirst = (area: string) => firstAreas.includes(area);
  await show(code, isFirst).catch(() => undefined);
  const others = show(code, (area) => !isFirst(area)).catch(() => undefined);
  // The first views alone can do without.
  if (/^#\/(explore|compare)/.test(location.hash)) await others;
}

effect(() => {
  document.documentElement.lang = current.value.code;
});
