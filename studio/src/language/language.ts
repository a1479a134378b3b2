import { signal } from '@preact/signals';

/** A translation: one text, or one for each of the language's plural categories. */
export type Translation = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;

/** English texts and their translations. */
export type Messages = Readonly<Record<string, Translation>>;

/** A language with its texts; English needs none, as the English text is the key. */
export interface Language {
  /** Code of the language, such as `ko`. */
  readonly code: string;
  readonly messages: Messages;
  /** The messages of errors, which `translated` also finds with values in their places. */
  readonly errors: Messages;
}

export const english: Language = { code: 'en', messages: {}, errors: {} };

/** The language in force. Only `choice.ts` writes it, once the texts are there. */
export const current = signal<Language>(english);

type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/** Values for the placeholders of a text: as many as it names. */
export type Values<Text extends string, Value> = string extends Text
  ? [values?: Readonly<Record<string, Value>>]
  : [Names<Text>] extends [never]
    ? []
    : [values: Readonly<Record<Names<Text>, Value>>];

/**
 * A text in the language in force. A component that calls it is drawn anew when the language changes.
 * @param text English, with `{name}` in the places of values
 * @param values numbers are written as the language does: `12,000`; give texts for other forms
 */
export function t<const Text extends string>(
  text: Text,
  ...[values]: Values<Text, string | number>
): string {
  return filled(textOf(current.value.messages[text]) ?? text, values);
}

/**
 * A text about a number of things, in the plural form that the language has for it.
 * @param forms the English texts; `{n}` is the number, and `other` is the key of the translation
 */
export function counted(
  n: number,
  forms: { readonly one: string; readonly other: string },
  values: Readonly<Record<string, string | number>> = {},
): string {
  const { code, messages } = current.value;
  const found = messages[forms.other];
  const form = new Intl.PluralRules(found === undefined ? 'en' : code).select(n);
  const text =
    found === undefined ? (form === 'one' ? forms.one : forms.other) : textOf(found, form)!;
  return filled(text, { n, ...values });
}

/** Marks a constant text that `t` translates later, where it is shown. */
export const said = <const Text extends string>(text: Text): Text => text;

/** A number as the language in force writes it, such as `12,000`. */
export const amount = (value: number): string =>
  new Intl.NumberFormat(current.value.code, { maximumSignificantDigits: 12 }).format(value);

/**
 * A message that the library or the worker made in English. A message that no translation is known for
 * stays as it is.
 */
export function translated(message: string): string {
  const { messages, errors } = current.value;
  const exact = messages[message];
  if (exact !== undefined) return textOf(exact)!;
  for (const { pattern, names, text } of patternsOf(errors)) {
    const match = pattern.exec(message);
    if (!match) continue;
    // A value can be a message in itself: the reason for another one.
    return filled(
      text,
      Object.fromEntries(names.map((name, i) => [name, translated(match[i + 1]!)])),
    );
  }
  return message;
}

const placeholder = /\{(\w+)\}/g;

function filled(text: string, values?: Readonly<Record<string, string | number>>): string {
  if (!values) return text;
  return text.replace(placeholder, (whole, name: string) => {
    const value = values[name];
    return typeof value === 'number' ? amount(value) : (value ?? whole);
  });
}

function textOf(translation: Translation | undefined, form: Intl.LDMLPluralRule = 'other') {
  if (translation === undefined || typeof translation === 'string') return translation;
  return translation[form] ?? translation.other;
}

interface Pattern {
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly text: string;
}

const patterns = new WeakMap<Messages, readonly Pattern[]>();

/** The errors with placeholders; the ones with the most words of their own come first. */
function patternsOf(errors: Messages): readonly Pattern[] {
  let found = patterns.get(errors);
  if (!found) {
    const own = (text: string) => text.replace(placeholder, '').length;
    found = Object.keys(errors)
      .filter((text) => text.search(placeholder) >= 0)
      .sort((a, b) => own(b) - own(a))
      .map((text) => ({
        pattern: patternOf(text),
        names: placeholdersOf(text),
        text: textOf(errors[text])!,
      }));
    patterns.set(errors, found);
  }
  return found;
}

/** The names of the placeholders of a text, in order. */
export const placeholdersOf = (text: string): readonly string[] =>
  [...text.matchAll(placeholder)].map(([, name]) => name!);

/** The pattern of messages that are made of a text with placeholders. */
export function patternOf(text: string): RegExp {
  const parts = text.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('(.+?)')}$`, 's');
}
