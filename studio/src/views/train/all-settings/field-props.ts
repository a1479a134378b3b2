import { t } from '../../../language/language.js';
import type { Entry } from '../../../ui/terms.js';
import { resolved, type Schema, typeOf, wordsOf } from './schema.js';

/** Properties of a field for an option. */
export interface SchemaFieldProps {
  readonly name: string;
  readonly schema: Schema;
  /** Undefined where the option is left out. */
  readonly value: unknown;
  /** Tells whether the option may be left out. */
  readonly optional?: boolean;
  onChange(value: unknown): void;
}

/** The label of an option, with its description. */
export const termOfOption = (name: string, schema: Schema): Entry => {
  const { description = wordsOf(name) } = resolved(schema);
  const [text, usual] = description.split(/(?:^| )When left out: /) as [string, string?];
  return {
    word: wordsOf(name),
    text,
    ...(usual ? { note: t('When left out: {usual}', { usual: t(usual) }) } : {}),
  };
};

/** The name of a kind for people. */
export const titleOfKind = (kind: Schema): string => t(kind.title ?? typeOf(kind)!);
