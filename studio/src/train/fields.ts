import type { DescribedOption, Field } from '../../../src/base/settings/option.js';
import { describedOptions } from '../../../src/vae/config/described.js';
import { t } from '../language/language.js';

/** An option of a run that the form shows, by the key of its value in the form. */
export interface FormField extends DescribedOption {
  readonly field: Field;
  readonly name: string;
}

/** The options that the form shows, in its order. */
export const formFields: readonly FormField[] = describedOptions.flatMap((option) => {
  const { field, path } = option;
  return field ? [{ ...option, field, name: field.name ?? path.split('.').at(-1)! }] : [];
});

/** The name of an option's value for people, in the language in force. */
export function titleOfValue(name: string, value: string): string {
  const { field } = formFields.find((each) => each.name === name)!;
  return t(field.titles?.[value] ?? value);
}

/** The label and the explanation of an option, in English. */
interface OptionTerm {
  readonly word: string;
  readonly text: string;
  /** Words beside the explanation. */
  readonly note?: string;
}

/** The label and the explanation of an option. */
export function termOf({ description, field }: FormField): OptionTerm {
  const { label, note } = field;
  return { word: label, text: description, ...(note === undefined ? {} : { note }) };
}

/** The label and the explanation of the option of this name. */
export function optionTerm(name: string): OptionTerm {
  return termOf(formFields.find((each) => each.name === name)!);
}
