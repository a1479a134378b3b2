import type { DescribedOption, Field } from '../../../src/base/settings/option.js';
import { describedOptions } from '../../../src/vae/config/described.js';

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
